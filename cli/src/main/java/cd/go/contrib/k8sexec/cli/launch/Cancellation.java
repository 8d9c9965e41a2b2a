package cd.go.contrib.k8sexec.cli.launch;

import java.util.List;
import java.util.function.IntConsumer;

/**
 * Remembers that k8s-exec was told to end: by SIGTERM, which GoCD's agent sends to all its descendants once, by SIGINT or by SIGHUP.
 * A second signal asks for haste.
 */
public final class Cancellation {
    private int signal;
    private boolean hasty;
    private IntConsumer action;

    /** From now on these signals do not end this process at once. */
    public static Cancellation bySignals() {
        Cancellation cancellation = new Cancellation();
        for (String name : List.of("TERM", "INT", "HUP")) {
            OsSignals.handle(name, cancellation::request);
        }
        return cancellation;
    }

    /** Tells it to end, as SIGTERM does. */
    public void cancel() {
        request(15);
    }

    /** Tells it to end, as the signal with this number does. */
    void request(int number) {
        IntConsumer first = null;
        synchronized (this) {
            if (signal == 0) {
                signal = number;
                first = action;
            } else {
                hasty = true;
            }
            notifyAll();
        }
        if (first != null) {
            first.accept(number);
        }
    }

    /**
     * Does this on the first signal, in that signal's thread, with the signal's number; nothing where it is null.
     *
     * @return whether that can still be: false where the first signal has come already
     */
    public synchronized boolean onFirst(IntConsumer whatToDo) {
        action = whatToDo;
        return signal == 0;
    }

    /** Waits for a first signal, but not longer than this. */
    synchronized void awaitFirst(long millis) throws InterruptedException {
        long deadline = System.nanoTime() + millis * 1_000_000;
        for (long left = millis; signal == 0 && left > 0; left = (deadline - System.nanoTime()) / 1_000_000) {
            wait(left);
        }
    }

    /** The number of the first signal, or 0. */
    public synchronized int signal() {
        return signal;
    }

    /** Whether a second signal has come. */
    synchronized boolean hasty() {
        return hasty;
    }

    /** Waits, but not longer than this, and not once a second signal has come. */
    synchronized void pause(long millis) throws InterruptedException {
        if (!hasty) {
            wait(millis);
        }
    }
}
