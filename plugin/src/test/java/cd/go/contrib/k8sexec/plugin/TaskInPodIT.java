package cd.go.contrib.k8sexec.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Tasks that go all the way: the plugin in the agent container, the k8s-exec that was built, the script in the guest container. */
class TaskInPodIT {
    private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();
    /** Where the agent sees the project. */
    private static final Path IN_AGENT = Path.of("/opt/extra");
    private static final String CLASS_PATH = Stream.of("classes", "test-classes", "classes/lib/*", "demo-lib/*")
            .map(part -> IN_AGENT.resolve("plugin/target").resolve(part).toString()).reduce((a, b) -> a + File.pathSeparator + b).orElseThrow();

    private static Path directory;

    @BeforeAll
    static void up() throws Exception {
        boolean possible = System.getProperty("user.name").equals("root") && Files.isExecutable(Path.of("/usr/bin/unshare"));
        if (!possible && "required".equals(System.getenv("K8S_EXEC_POD_TESTS"))) {
            fail("Pod tests are required here, and need root and unshare");
        }
        Assumptions.assumeTrue(possible, "skipped: Pod tests need root and unshare");
        directory = Files.createTempDirectory("pod");
        pod(0, "up");
    }

    @AfterAll
    static void down() throws Exception {
        if (directory != null) {
            pod(0, "down");
        }
    }

    @Test
    void a_task_passes_with_its_output_and_its_variables() throws Exception {
        String console = task(0, "--shell sh --env \"A=it's\" --secret 'B=hidden $x' 'echo \"$A $B\"; echo err >&2'");

        assertTrue(console.contains("| it's ********\n"), console);
        assertTrue(console.contains("stderr| err\n"), console);
        assertTrue(console.contains("Task status: passed"), console);
    }

    @Test
    void a_failing_script_and_a_failing_k8s_exec_are_told_apart() throws Exception {
        assertTrue(task(1, "--shell sh 'exit 3'").contains("Script completed with exit code: 3."));
        assertTrue(task(1, "--shell sh 'exit 125'").contains("Script completed with exit code: 125."));
        assertTrue(task(1, "--shell sh 'kill -9 $$'").contains("Script was killed by SIGKILL, exit code: 137."));
        assertTrue(task(1, "--shell zsh 'exit 0'").contains("[SHELL_MISSING] the guest has no zsh"));
        assertTrue(task(1, "--shell sh --directory no/such 'exit 0'").contains("[WORKING_DIRECTORY_MISSING] "));
    }

    @Test
    void a_background_process_does_not_hold_the_task() throws Exception {
        long start = System.nanoTime();
        String console = task(0, "--shell sh 'sleep 20 & echo done'");

        assertTrue(console.contains("| done\n") && console.contains("left running in the background: sleep"), console);
        assertTrue(System.nanoTime() - start < 15_000_000_000L, "the task waited for the background process");
    }

    @Test
    void two_hundred_megabytes_arrive_in_the_console_of_an_agent_of_256_megabytes() throws Exception {
        // lines of 100 bytes: the rate at which GoCD's console is fed counts what GoCD puts before each line, too
        String script = "awk -v pad=$(printf %91s | tr \" \" x) \"BEGIN { for (i = 1; i <= 2000000; i++) printf \\\"%d %s\\n\\\", i, pad }\"";
        String counted = task(0, "--shell sh '" + script + "' | awk '/^      [|] / { if ($2 == n + 1) n++; else other++; next } END { print n, other + 0 }'");

        assertEquals("2000000 0\n", counted);
    }

    private static String task(int exitCode, String arguments) throws Exception {
        return pod(exitCode, "exec", "agent", "bash", "-c", "set -o pipefail; GO_K8S_CONTAINER_SHARED_ROOT=/go K8S_EXEC=\"$0\" \"$1\" -Xmx256m -cp \"$2\" "
                + "cd.go.contrib.k8sexec.plugin.demo.TaskDemo " + arguments, IN_AGENT.resolve("cli/target/k8s-exec").toString(),
                System.getProperty("java.home") + "/bin/java", CLASS_PATH);
    }

    private static String pod(int exitCode, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(PROJECT.resolve("cli/src/test/pod/pod").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(Map.of("POD_DIR", directory.toString(), "AGENT_EXTRA", PROJECT.toString()));
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(exitCode, process.waitFor(), output);
        return output;
    }
}
