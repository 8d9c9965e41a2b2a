package cd.go.contrib.k8sexec.plugin.console;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class OutputPipeTest {

    @Test
    void a_process_finds_the_pipe_by_its_name_among_others() throws Exception {
        List<Pipe> others = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            others.add(Pipe.open());
            others.get(i).source().configureBlocking(i % 2 == 0);
        }
        try (OutputPipe pipe = OutputPipe.open()) {
            new ProcessBuilder("echo", "line")
                    .redirectOutput(pipe.file().orElseThrow())
                    .start()
                    .waitFor();
            pipe.fillFrom(InputStream.nullInputStream());

            assertEquals("line\n", new String(readAll(pipe)));
        } finally {
            for (Pipe other : others) {
                other.source().close();
                other.sink().close();
            }
        }
    }

    @Test
    void a_pipe_without_a_name_is_filled_by_a_thread() throws Exception {
        byte[] bytes = new byte[1_000_000];
        new Random(1).nextBytes(bytes);
        try (OutputPipe pipe = OutputPipe.withoutName()) {
            assertTrue(pipe.file().isEmpty());
            pipe.fillFrom(new ByteArrayInputStream(bytes));

            assertArrayEquals(bytes, readAll(pipe));
        }
    }

    private static byte[] readAll(OutputPipe pipe) throws Exception {
        ByteBuffer read = ByteBuffer.allocate(2_000_000);
        while (pipe.source().read(read) >= 0) {
            Thread.onSpinWait();
        }
        return java.util.Arrays.copyOf(read.array(), read.position());
    }
}
