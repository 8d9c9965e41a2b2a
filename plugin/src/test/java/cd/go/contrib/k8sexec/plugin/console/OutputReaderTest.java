package cd.go.contrib.k8sexec.plugin.console;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The reading thread comes as late as can be: when the process has ended. */
@Timeout(20)
class OutputReaderTest {

    @Test
    void takes_first_what_was_written_first() throws Exception {
        assertEquals(List.of("out 1", "err 2"), read("echo 1; echo 2 >&2"));
        assertEquals(List.of("err 1", "out 2"), read("echo 1 >&2; echo 2"));
    }

    @Test
    void takes_lines_in_turn_where_both_streams_have_as_many() throws Exception {
        assertEquals(
                List.of("err 1", "out 2", "err 3", "out 4", "err 5"),
                read("echo 1 >&2; echo 2; echo 3 >&2; echo 4; echo 5 >&2"));
    }

    @Test
    void leaves_in_one_piece_what_one_stream_has_more_of() throws Exception {
        assertEquals(
                List.of("out 1", "err 2", "err 3", "err 4", "err 5"),
                read("echo 1; for i in 2 3 4 5; do echo $i >&2; done"));
    }

    private static List<String> read(String commands) throws Exception {
        OutputReader reader = OutputReader.open();
        reader.start(new ProcessBuilder("sh", "-c", commands)).waitFor();
        reader.run();
        List<String> lines = new ArrayList<>();
        for (List<Chunk> round = reader.next(0); round != OutputReader.END; round = reader.next(0)) {
            for (Chunk chunk : round) {
                new String(chunk.bytes, chunk.from, chunk.length(), StandardCharsets.UTF_8)
                        .lines()
                        .forEach(line -> lines.add((chunk.error ? "err " : "out ") + line));
            }
        }
        return lines;
    }
}
