package cd.go.contrib.k8sexec.cli.enter;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import cd.go.contrib.k8sexec.cli.outcome.Usage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is sent and read is where src-native/c/relay/protocol.h has it: RelayedIT shows that with a relay. */
class RelayMessagesTest {
    private static final int PACKET = 1024;

    private static ByteBuffer packet() {
        return ByteBuffer.allocate(PACKET).order(ByteOrder.nativeOrder());
    }

    private static void section(ByteBuffer facts, int kind, byte... content) {
        facts.putInt(kind).putInt(content.length).put(content);
    }

    @Test
    void facts_of_a_later_version_are_skipped() {
        ByteBuffer facts = packet();
        section(facts, 1, "A=b\0C=\0".getBytes(StandardCharsets.UTF_8));
        section(facts, 99, new byte[] {1, 2, 3});
        section(facts, 4, "/work\0".getBytes(StandardCharsets.UTF_8));
        byte[] bytes = new byte[facts.position()];
        facts.get(0, bytes);

        RelayMessages.Facts read = RelayMessages.Facts.of(bytes);

        assertArrayEquals(
                "A=b\0C=\0".getBytes(StandardCharsets.UTF_8), read.environment().orElseThrow());
        assertEquals("/work", read.directory());
        assertEquals(List.of(), read.groups());
        assertEquals(Optional.empty(), read.sharedRoot());
    }

    @Test
    void facts_that_are_cut_off_are_no_fault() {
        ByteBuffer facts = packet();
        section(facts, 2, new byte[] {1, 0, 0, 0, 2, 0});
        facts.putInt(1).putInt(1000).put((byte) 'A');
        byte[] bytes = new byte[facts.position()];
        facts.get(0, bytes);

        assertEquals(1, RelayMessages.Facts.of(bytes).groups().size());
        assertEquals(1, RelayMessages.Facts.of(bytes).environment().orElseThrow().length);
    }

    @Test
    void processes_are_named_and_harmless() {
        ByteBuffer result = packet();
        result.putInt(8, 1).putInt(12, 3).putInt(80, 14);
        for (int i = 0; i < 12; i++) {
            result.putInt(88 + 20 * i, 100 + i).put(92 + 20 * i, "a\033b".getBytes(StandardCharsets.UTF_8));
        }

        RelayMessages.Result read = RelayMessages.Result.of(result.array());

        assertEquals(3, read.value());
        assertEquals("", read.killed());
        assertEquals("a?b (100), a?b (101)", read.left().substring(0, 20));
        assertEquals(" and 2 more", read.left().substring(read.left().length() - 11));
    }

    @Test
    void what_a_run_took_is_where_a_result_has_it() {
        ByteBuffer result = packet();
        result.putLong(24, 5).putLong(32, 6);
        result.putLong(48, 1_500_000).putLong(56, 2000).putLong(64, -1).putLong(72, 7);

        RelayMessages.Result read = RelayMessages.Result.of(result.array());

        assertEquals(Usage.of(1_500_000, 2000, -1), read.usage());
        assertEquals(5, read.limits().memory());
        assertEquals(7, read.peak());
    }

    @Test
    void a_run_is_80_bytes_with_each_number_in_its_place() {
        ByteBuffer run = ByteBuffer.wrap(new RelayMessages.Run(
                                2,
                                022,
                                10_000,
                                new RelayMessages.Identity(3, 4),
                                RelayMessages.Identity.ANY,
                                5,
                                6,
                                9,
                                5,
                                33,
                                99)
                        .packet())
                .order(ByteOrder.nativeOrder());

        assertEquals(80, run.capacity());
        assertEquals(1, run.getInt(8));
        assertEquals(10_000, run.getInt(20));
        assertEquals(4, run.getLong(32));
        assertEquals(5, run.getInt(56));
        assertEquals(9, run.getInt(64));
        assertEquals(99, run.getShort(74));
        assertEquals(0, run.getInt(76));
    }
}
