package cd.go.contrib.k8sexec.plugin.console;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Lets at most so much through in every window of time, wherever the window begins: GoCD's own interval is not known here.
 * For several threads.
 */
final class RateLimit {

    private final long limit;
    private final long window;
    private final LongSupplier nanoTime;
    private final Deque<Passed> passed = new ArrayDeque<>();
    private long sum;
    private boolean lifted;

    RateLimit(long limit, Duration window) {
        this(limit, window, System::nanoTime);
    }

    /** @param nanoTime the clock, as {@link System#nanoTime()} */
    RateLimit(long limit, Duration window, LongSupplier nanoTime) {
        this.limit = limit;
        this.window = window.toNanos();
        this.nanoTime = nanoTime;
    }

    /** Waits until the amount may pass; one above the limit passes alone. An interrupt does not end the wait. */
    synchronized void acquire(long amount) {
        long counted = Math.min(amount, limit);
        boolean interrupted = false;
        while (!tryAcquire(counted)) {
            try {
                long nanos = passed.getFirst().time + window - nanoTime.getAsLong();
                wait(TimeUnit.NANOSECONDS.toMillis(Math.max(nanos, 0)) + 1);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** True, and counted, if the amount may pass now. */
    synchronized boolean tryAcquire(long amount) {
        long now = nanoTime.getAsLong();
        while (!passed.isEmpty() && now - passed.getFirst().time >= window) {
            sum -= passed.removeFirst().amount;
        }
        if (!lifted && sum + amount > limit) {
            return false;
        }
        passed.addLast(new Passed(now, amount));
        sum += amount;
        return true;
    }

    /** From now on everything passes. */
    synchronized void lift() {
        lifted = true;
        notifyAll();
    }

    private static final class Passed {

        private final long time;
        private final long amount;

        private Passed(long time, long amount) {
            this.time = time;
            this.amount = amount;
        }
    }
}
