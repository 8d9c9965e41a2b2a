package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.fail;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A terminal in the agent container, of 80 columns and 24 lines, in which a shell waits for commands. */
final class Tmux implements AutoCloseable {
    private static final String SOCKET = "/tmp/tmux";
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private final Pod pod;

    Tmux(Pod pod) {
        this.pod = pod;
        // its server would hold the output open
        pod.exec(
                        "agent",
                        "sh",
                        "-c",
                        "cd /go && LC_ALL=C.UTF-8 TERM=xterm GO_K8S_CONTAINER_SHARED_ROOT=/go PATH="
                                + Pod.K8S_EXEC.getParent() + ":$PATH tmux -f /dev/null -S " + SOCKET
                                + " new-session -d -x 80 -y 24 sh </dev/null >/dev/null 2>&1")
                .assertExitCode(0);
        await("^[#$]$");
    }

    /** Types a line. */
    void line(String text) {
        tmux("send-keys", "-l", text);
        tmux("send-keys", "Enter");
    }

    /** Presses a key, like C-c. */
    void key(String name) {
        tmux("send-keys", name);
    }

    void resize(int columns, int lines) {
        tmux("resize-window", "-x", String.valueOf(columns), "-y", String.valueOf(lines));
    }

    /** Waits until this stands on the screen. */
    Matcher await(String pattern) {
        String screen = "";
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (System.nanoTime() < deadline) {
            screen = pod.exec("agent", "tmux", "-S", SOCKET, "capture-pane", "-p", "-J")
                    .text()
                    .stripTrailing();
            Matcher matcher = Pattern.compile(pattern, Pattern.MULTILINE).matcher(screen);
            if (matcher.find()) {
                return matcher;
            }
        }
        return fail("not on the screen: " + pattern + "\n" + screen);
    }

    private void tmux(String... arguments) {
        List<String> command = new ArrayList<>(List.of("tmux", "-S", SOCKET));
        command.addAll(List.of(arguments));
        pod.exec("agent", command.toArray(String[]::new)).assertExitCode(0);
    }

    @Override
    public void close() {
        tmux("kill-server");
    }
}
