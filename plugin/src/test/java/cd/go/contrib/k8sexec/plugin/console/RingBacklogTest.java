package cd.go.contrib.k8sexec.plugin.console;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RingBacklogTest {

    private final List<String> ring = new ArrayList<>();
    private boolean isSending;
    private final RingBacklog backlog = new RingBacklog(new RingBacklog.Ring() {
        @Override
        public int entries() {
            return ring.size();
        }

        @Override
        public long bytes() {
            return ring.stream().mapToLong(String::length).sum();
        }

        @Override
        public boolean isSending() {
            return isSending;
        }
    });

    @Test
    void is_what_the_ring_has_and_what_is_being_sent() {
        print(3, 300);
        assertBacklog(3, 300);
        print(1, 50);
        assertBacklog(4, 350);
        gocdTakes();
        assertBacklog(4, 350);
        print(2, 20);
        assertBacklog(6, 370);
        isSending = false;
        assertBacklog(2, 20);
    }

    @Test
    void what_was_sent_before_has_arrived_when_more_is_taken() {
        print(3, 300);
        gocdTakes();
        print(2, 20);
        assertBacklog(5, 320);
        gocdTakes();
        assertBacklog(2, 20);
    }

    @Test
    void what_could_not_be_sent_is_back() {
        print(3, 300);
        List<String> sent = gocdTakes();
        assertBacklog(3, 300);
        print(2, 20);
        ring.addAll(0, sent);
        isSending = false;
        assertBacklog(5, 320);
        gocdTakes();
        isSending = false;
        assertBacklog(0, 0);
    }

    @Test
    void what_others_print_counts_too() {
        ring.add("x".repeat(500));
        assertBacklog(1, 500);
        print(2, 20);
        assertBacklog(3, 520);
    }

    private void print(int entries, int bytes) {
        backlog.add(new Amount(entries, bytes));
        for (int i = 0; i < entries; i++) {
            ring.add("x".repeat(bytes / entries));
        }
    }

    private List<String> gocdTakes() {
        List<String> taken = List.copyOf(ring);
        ring.clear();
        isSending = true;
        return taken;
    }

    private void assertBacklog(long entries, long bytes) {
        Amount amount = backlog.look();
        assertEquals(entries, amount.entries, "entries");
        assertEquals(bytes, amount.bytes, "bytes");
    }
}
