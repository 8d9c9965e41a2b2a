package cd.go.contrib.k8sexec.cli.launch;

import cd.go.contrib.k8sexec.cli.outcome.Outcome;
import cd.go.contrib.k8sexec.cli.platform.OsSignals;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;

/**
 * Remembers that k8s-exec was told to end: by SIGTERM, which GoCD's agent sends to all its descendants once, by SIGINT or by SIGHUP.
 * A second signal asks for haste.
 */
public final class Cancellation {
    /** In the place of a signal's number. */
    private static final int TIMED_OUT = -1;

    private Duration timeout = Duration.ZERO;
    private boolean clockStopped;
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

    /** How long the script may run, from its start on; zero for as long as it likes. */
    public synchronized void timeOutAfter(Duration limit) {
        timeout = limit;
    }

    /** The script begins. */
    synchronized void startClock() {
        if (!timeout.isZero()) {
            Thread clock = new Thread(this::waitForTimeout, "timeout");
            clock.setDaemon(true);
            clock.start();
        }
    }

    /** The script has ended: from now on no time is over. */
    synchronized void stopClock() {
        clockStopped = true;
    }

    private void waitForTimeout() {
        try {
            Thread.sleep(timeout.toMillis());
            timeOut();
        } catch (InterruptedException e) {
            // nobody interrupts it
        }
    }

    /** The time is over. */
    public void timeOut() {
        request(TIMED_OUT);
    }

    /** How long the script was allowed to run, where that is what ended it. */
    synchronized Optional<Duration> timedOutAfter() {
        return signal == TIMED_OUT ? Optional.of(timeout) : Optional.empty();
    }

    /** How the run ended, where it was told to. */
    synchronized Outcome outcome() {
        return signal == TIMED_OUT ? Outcome.timedOut() : Outcome.canceled(signal);
    }

    /** Tells it to end, as the signal with this number does. */
    void request(int number) {
        IntConsumer first = null;
        synchronized (this) {
            if (number == TIMED_OUT && clockStopped) {
                return;
            }
            if (signal == 0) {
                signal = number;
                first = action;
            } else if (number != TIMED_OUT) {
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

    /** The number of the first signal, 0 where there was none yet, or -1 where the time was over first. */
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
