package cd.go.contrib.k8sexec.plugin.console;

import java.io.Closeable;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.util.Optional;

/**
 * Notices that GoCD cancels the job, of which it does not tell the plugin: it sends SIGTERM to all descendants of the
 * agent (CurrentProcess.java:62-66). So a shell that does nothing is one of them.
 */
final class CancelWatch implements Closeable {

    private static final int ENDED_BY_SIGTERM = 128 + 15;

    private final Process shell;

    private CancelWatch(Process shell) {
        this.shell = shell;
    }

    /** Does that when the job is cancelled, on another thread. Nothing, if the shell cannot be started. */
    static Optional<CancelWatch> start(Runnable whenCanceled) {
        try {
            // it ends when its standard input does: with the agent, whatever ends that
            CancelWatch watch = new CancelWatch(new ProcessBuilder("/bin/sh", "-c", "read -r nothing")
                    .redirectOutput(Redirect.DISCARD)
                    .redirectError(Redirect.DISCARD)
                    .start());
            watch.shell.onExit().thenRun(() -> {
                if (watch.shell.exitValue() == ENDED_BY_SIGTERM) {
                    whenCanceled.run();
                }
            });
            return Optional.of(watch);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        try {
            shell.getOutputStream().close();
        } catch (IOException e) {
            // It has ended.
        }
    }
}
