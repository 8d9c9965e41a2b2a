package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.cli.pod.Pod.Result;
import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A hold as somebody uses it at a second terminal, and what ends it from outside. */
@Needs({Need.POD, Need.PROCPS, Need.TMUX})
class HoldShellIT {
    private static final Pattern LINES =
            Pattern.compile("k8s-exec: kubectl exec -it (\\S+) -c agent -- (\\S+ shell --run (\\w+))\n"
                    + "k8s-exec: to go on before: kubectl exec \\1 -c agent -- (\\S+ resume \\3)\n");

    private Pod pod;

    @BeforeEach
    void up() {
        Pod.requireNative();
        pod = Pod.up("GUEST_IMAGE=debian", "GUEST_UID=1000", "GUEST_GID=1000");
        pod.exec("agent", "sh", "-c", "mkdir -p '/go/pipelines/we b'; chmod -R 777 /go")
                .assertExitCode(0);
    }

    @AfterEach
    void down() {
        if (pod != null) {
            pod.close();
        }
    }

    @Test
    void the_commands_of_the_console_lead_there_and_on() {
        hold("--user", "target");
        Matcher lines = LINES.matcher(errors());
        assertTrue(lines.find(), errors());

        try (Tmux terminal = new Tmux(pod)) {
            terminal.line("unset GO_K8S_CONTAINER_SHARED_ROOT; " + lines.group(2) + "; echo code=$?");
            terminal.await("^(?!#).*[#%$]$");
            terminal.line("PS1='guest # '; echo; id -u; pwd; echo $TERM; echo ${#SECRET}; readlink /proc/$$/exe");
            terminal.await("^1000\\n/go/pipelines/we b\\ntmux-256color\\n9\\n/.*/bash\\n");
            terminal.line("sleep 1000");
            terminal.key("C-c");
            terminal.line("exit 7");
            terminal.await("^code=7$");
            terminal.line(lines.group(4));
            terminal.await("^goes on: " + lines.group(3) + "$");
        }

        assertEquals("code 3\n", end());
        pod.awaitNoProcesses();
    }

    @Test
    void it_ends_with_the_guest() throws Exception {
        hold();

        assertEquals(
                0,
                new ProcessBuilder("kill", "-KILL", pod.machinePid("guest"))
                        .start()
                        .waitFor());

        assertEquals("code 3\n", end());
        assertTrue(
                Pattern.compile("place is given up: the (relay of the )?guest .*has ended")
                        .matcher(errors())
                        .find(),
                errors());
    }

    @Test
    void a_relay_that_is_told_of_somebody_drops_nobody() throws Exception {
        hold();

        // longer than a relay waits for who says nothing
        Thread.sleep(13_000);

        assertEquals(1, errors().lines().filter(line -> line.contains("place")).count(), errors());
        pod.exec("agent", Pod.K8S_EXEC.toString(), "resume").assertExitCode(0);
        assertEquals("code 3\n", end());
    }

    @Test
    void another_user_of_the_container_may_not_look() {
        hold();

        Result other = pod.exec(
                "agent",
                "sh",
                "-c",
                "id=$(sed -n 's/.* resume //p' /tmp/errors); for what in \"exec --run $id -- true\" \"resume $id\"; do "
                        + "setpriv --reuid 1234 --regid 1234 --clear-groups " + Pod.K8S_EXEC + " $what; echo $?; done");

        assertEquals("125\n125\n", other.text(), other.toString());
        assertEquals(2, other.errors().split("is of another user than this", -1).length - 1, other.errors());
        pod.exec("agent", Pod.K8S_EXEC.toString(), "resume").assertExitCode(0);
        assertEquals("code 3\n", end());
    }

    /** Starts it, as GoCD's agent does, in the background. */
    private void hold(String... options) {
        String request = Pod.request("sh", "exit 3", Map.of("SECRET", "123456789"));
        pod.exec(
                        "agent",
                        (request.substring(0, request.length() - 1) + ",\"workingDirectory\":\"pipelines/we b\"}")
                                .getBytes(),
                        "sh",
                        "-c",
                        "cat >/tmp/request; export GO_K8S_CONTAINER_SHARED_ROOT=/go; "
                                + "(\"$@\" </tmp/request >/dev/null 2>/tmp/errors; echo code $? >/tmp/code) "
                                + "</dev/null >/dev/null 2>&1 & "
                                + "until grep -q ' resume ' /tmp/errors; do sleep 0.05; done",
                        "sh",
                        Pod.K8S_EXEC.toString(),
                        "run",
                        "--hold-on-failure",
                        "1000s",
                        options.length > 0 ? options[0] : "--grace",
                        options.length > 1 ? options[1] : "10s")
                .assertExitCode(0);
    }

    private String errors() {
        return pod.exec("agent", "cat", "/tmp/errors").text();
    }

    private String end() {
        return pod.exec("agent", "sh", "-c", "until [ -s /tmp/code ]; do sleep 0.05; done; cat /tmp/code")
                .text();
    }
}
