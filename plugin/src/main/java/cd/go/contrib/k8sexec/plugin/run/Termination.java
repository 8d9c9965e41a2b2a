package cd.go.contrib.k8sexec.plugin.run;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Ends k8s-exec from outside: SIGTERM, time for it to end the script and remove its files, then SIGKILL.
 *
 * <p>Signals go through {@link Process#toHandle()}: {@link Process#destroy()} would also close our ends of the output,
 * and what the script prints while it ends would be lost.
 */
final class Termination {

    private final Process process;
    private final Duration cleanUp;
    private final AtomicBoolean asked = new AtomicBoolean();

    Termination(Process process, Duration cleanUp) {
        this.process = process;
        this.cleanUp = cleanUp;
    }

    /** Returns when the process has ended. Any thread may call it, and several may: there is one SIGTERM. */
    void run() {
        if (asked.compareAndSet(false, true)) {
            process.toHandle().destroy();
        }
        if (!Uninterruptibly.await(process, cleanUp)) {
            process.toHandle().destroyForcibly();
            Uninterruptibly.await(process, cleanUp);
        }
    }
}
