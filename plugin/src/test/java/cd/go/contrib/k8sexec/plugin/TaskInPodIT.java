package cd.go.contrib.k8sexec.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Tasks that go all the way: the plugin in the agent container, the k8s-exec that was built, the script in the guest
 * container.
 */
@Needs(Need.POD)
class TaskInPodIT {
    @AutoClose
    private static TaskPod pod;

    @BeforeAll
    static void up() throws Exception {
        pod = TaskPod.up();
    }

    @Tag("smoke")
    @Test
    void a_task_passes_with_its_output_and_its_variables() throws Exception {
        String console = task(0, "--shell sh --env \"A=it's\" --secret 'B=hidden $x' 'echo \"$A $B\"; echo err >&2'");

        assertTrue(console.contains("| it's ******\n"), console);
        assertTrue(console.contains("stderr| err\n"), console);
        assertTrue(console.contains("Task status: passed"), console);
    }

    @Tag("smoke")
    @Test
    void a_failing_script_and_a_failing_k8s_exec_are_told_apart() throws Exception {
        String failed = task(1, "--shell sh 'exit 3'");
        assertTrue(failed.contains("Script completed with exit code: 3."));
        // once: it is k8s-exec's line, and nothing of the result is shown again
        assertEquals(2, failed.split("k8s-exec: the script took ", -1).length, failed);
        assertTrue(task(1, "--shell sh 'exit 125'").contains("Script completed with exit code: 125."));
        assertTrue(task(1, "--shell sh 'kill -9 $$'").contains("Script was killed by SIGKILL, exit code: 137."));
        assertTrue(task(1, "--shell zsh 'exit 0'").contains("[SHELL_MISSING] the guest has no zsh"));
        assertTrue(task(1, "--shell sh --directory no/such 'exit 0'").contains("[WORKING_DIRECTORY_MISSING] "));
    }

    @Test
    void what_the_task_sets_reaches_the_script() throws Exception {
        pod.exec("agent", "mkdir", "-p", "/go/pipelines/web/sub");
        String console = task(
                1,
                "--shell sh --property failFast=true --property trace=true --property workingDirectory=sub "
                        + "--directory pipelines/web "
                        + "--property user=1000:1001 --property container=guest 'pwd; id -u; false; echo after'");

        // what it traces stands between these
        assertEquals(
                List.of("/go/pipelines/web/sub", "1000"),
                console.lines()
                        .filter(line -> line.startsWith("      | "))
                        .map(line -> line.substring("      | ".length()))
                        .collect(Collectors.toList()));
        assertTrue(console.contains("stderr| + false\n") && !console.contains("| after"), console);
        assertTrue(console.contains("Script completed with exit code: 1."), console);
    }

    /** By chroot a script sees no mounts. */
    @Test
    void a_task_names_its_way_in() throws Exception {
        String console = pod.task("--shell sh --property enter=chroot 'wc -c </proc/self/mountinfo'").text;

        assertTrue(console.contains("      | 0\n") || console.contains("[NATIVE_ONLY]"), console);
    }

    @Test
    void a_background_process_does_not_hold_the_task() throws Exception {
        // who waits for it waits for ever
        String console = task(0, "--shell sh '(until [ -e /go/end ]; do sleep 0.1; done) & echo done'");
        pod.exec("agent", "sh", "-c", "touch /go/end");

        // beside it its sleep, which is called exe until BusyBox has given it its name
        assertTrue(console.matches("(?s).*[|] done\n.*left running in the background: ([^\n]*, )?sh [(].*"), console);
    }

    /** GoCD's console takes 16 MB in 10 s, so more than this would only take longer. */
    @Test
    void more_output_than_the_agent_has_memory_arrives_in_its_console() throws Exception {
        // lines of 100 bytes: the rate at which GoCD's console is fed counts what GoCD puts before each line, too
        String script = "awk -v pad=$(printf %91s | tr \" \" x) \"BEGIN { for (i = 1; i <= 400000; i++) printf \\\"%d "
                + "%s\\n\\\", i, pad }\"";
        Map<String, String> memory = Map.of("_JAVA_OPTIONS", "-Xmx32m");
        String counted = pod.task(
                        memory,
                        "--shell sh '" + script
                                + "' | awk '/^      [|] k8s-exec: the output comes faster than / { slowed++; next }"
                                + " /^      [|] / { if ($2 == n + 1) n++; else other++; next }"
                                + " END { print n, other + 0, slowed }'")
                .assertExitCode(0)
                .text;

        assertTrue(counted.endsWith("\n400000 0 1\n"), counted);
    }

    @Tag("smoke")
    @Test
    void a_job_that_is_cancelled_tells_each_process_once() throws Exception {
        String script = "counted() { told=0; trap \"told=\\$((told + 1)); sleep 1 && echo undisturbed\" TERM; "
                + "touch /go/up-$1; until [ $told -gt 0 ]; do read -r x </go/never; done; echo $1 $told; }; "
                + "mkfifo /go/never; counted child & until [ -e /go/up-child ]; do sleep 0.1; done; "
                + "counted script; wait";
        String console = task(1, "--cancel-file /go/up-script --shell sh '" + script + "'");
        pod.exec("agent", "sh", "-c", "rm /go/*");

        assertEquals(
                "child 1, script 1, undisturbed, undisturbed",
                console.lines()
                        .filter(line -> line.startsWith("      | "))
                        .map(line -> line.substring("      | ".length()))
                        .sorted()
                        .collect(Collectors.joining(", ")),
                console);
        assertTrue(console.contains("Script was canceled by SIGTERM, exit code: 143."), console);
    }

    /** GoCD's agent signals all that descends from it, as --cancel-file does. */
    @Test
    void a_cancel_ends_the_hold_of_a_failed_script_and_the_task_tells_how_that_failed() throws Exception {
        String console = task(
                1,
                "--cancel-file /go/held --shell sh --property hold=1000s 'exit 3' >/go/out 2>&1 & "
                        + "until grep -q ' resume ' /go/out || ! kill -0 $! 2>/dev/null; do sleep 0.1; done; "
                        + "touch /go/held; wait $!; code=$?; cat /go/out; rm /go/*; exit $code");

        assertTrue(console.contains("Script completed with exit code: 3."), console);
        if (console.contains("the script's place is not held")) {
            // by the JVM build
            return;
        }
        assertTrue(console.contains("the script failed (exit code 3). Its place stays for 1000s, until 20"), console);
        assertTrue(console.contains(" shell --run "), console);
        assertTrue(console.contains("the script's place is given up: SIGTERM has come"), console);
    }

    @Tag("smoke")
    @Test
    void an_agent_that_is_killed_takes_its_script_along() throws Exception {
        // what prints to an output that nobody reads any more is ended by SIGPIPE
        pod.task("--shell sh 'exec >/dev/null 2>&1; trap \"touch /go/cleaned; exit 0\" TERM; touch /go/ready; "
                + "while :; do sleep 0.1; done' "
                + ">/dev/null 2>&1 & until [ -e /go/ready ]; do sleep 0.1; done; "
                + "kill -KILL $(cat /proc/$!/task/*/children); until [ -e /go/cleaned ]; do sleep 0.1; done; "
                + "until [ -z \"$(ls -A /go/.k8s-exec 2>/dev/null)\" ]; do sleep 0.1; done; "
                + "rm /go/cleaned /go/ready");
    }

    private static String task(int exitCode, String arguments) throws Exception {
        return pod.task(arguments).assertExitCode(exitCode).text;
    }
}
