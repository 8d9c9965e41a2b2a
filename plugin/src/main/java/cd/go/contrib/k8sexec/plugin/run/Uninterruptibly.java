package cd.go.contrib.k8sexec.plugin.run;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Waits that an interrupt does not end. The thread's interrupt flag is set again when they return. */
final class Uninterruptibly {

    private Uninterruptibly() {}

    /** Waits for the process to end, at most so long; true if it has ended. */
    static boolean await(Process process, Duration atMost) {
        long end = System.nanoTime() + atMost.toNanos();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return process.waitFor(end - System.nanoTime(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
