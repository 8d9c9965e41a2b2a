package cd.go.contrib.k8sexec.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Secrets in the output, which GoCD finds only whole, in one entry of its console. */
@Timeout(120)
class MaskingTest {

    @TempDir
    Path folder;

    @Test
    void keeps_a_value_of_several_lines_whole_so_that_gocd_masks_it() {
        String key = "-----BEGIN KEY-----\n" + "MIIabcdefgh\n".repeat(40) + "-----END KEY-----\n";
        Task task =
                task("value=$(sed 's/.*\"KEY\":\"//; s/\".*//' \"$here/request.json\")\nvalue=$(printf -- \"$value\")\n"
                                + "printf '%s\\n' \"$value\"\nsleep 0.3\n"
                                + "printf '%s\\n' \"$value\" >&2\nsleep 0.3\n"
                                + "seq -f 'line %.0f' 1 20000\nprintf '%s\\n' \"$value\"\n"
                                + "seq -f 'line %.0f' 20001 40000\nsleep 0.3\n"
                                + "printf '%s\\n' \"$value\" |\n"
                                + "while read -r line; do echo \"$line\"; sleep 0.004; done\nsleep 0.3\n"
                                + "echo done; echo done >&2\n" + FakeK8sExec.SUCCESS)
                        .secret("KEY", key);

        assertTrue(task.run().success);

        List<String> lines = task.lines();
        assertEquals(4, lines.stream().filter(line -> line.contains("******")).count());
        assertFalse(
                lines.stream().anyMatch(line -> line.contains("KEY") || line.contains("MII")), "a part of it is shown");
        assertEquals(
                40_000, lines.stream().filter(line -> line.contains("line ")).count());
        assertTrue(lines.contains("&1 done") && lines.contains("&2 done"), "what follows is not shown");
    }

    @Test
    void does_not_hold_back_for_ever_what_only_begins_like_a_value_of_several_lines() {
        Task task = task("echo alpha\nuntil [ -e \"$here/alpha\" ]; do sleep 0.02; done\necho omega\n"
                        + FakeK8sExec.SUCCESS)
                .variable("LINES", "alpha\nbeta")
                .toRing((tag, line) -> {
                    try {
                        Files.createFile(folder.resolve(line));
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                });

        assertTrue(task.run().success);

        assertEquals(List.of("&1 alpha", "&1 omega"), task.lines());
    }

    @Test
    void masks_a_value_with_windows_line_ends_and_one_that_only_ends_with_a_newline() {
        Task task = task("printf 'x: first\\r\\nsecond\\r\\n'\nsleep 0.1\necho token\nsleep 0.1\n"
                        + FakeK8sExec.SUCCESS)
                .secret("DOS", "first\r\nsecond\r\n")
                .secret("TOKEN", "token\n");

        assertTrue(task.run().success);

        assertFalse(
                task.lines().stream().anyMatch(line -> line.matches(".*(first|second|token).*")),
                task.lines().toString());
    }

    private Task task(String commands) {
        return Task.with(folder, FakeK8sExec.thatDoes(folder, commands));
    }
}
