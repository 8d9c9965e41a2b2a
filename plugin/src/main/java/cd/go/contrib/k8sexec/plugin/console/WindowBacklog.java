package cd.go.contrib.k8sexec.plugin.console;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;

/**
 * The backlog as it is if GoCD empties its ring once in a given time: what was given to it in the last of these,
 * wherever it begins. For a GoCD whose ring cannot be seen. If its server is slow, this is too little, and GoCD loses
 * lines.
 */
final class WindowBacklog implements Backlog {

    private final long window;
    private final LongSupplier nanoTime;
    private final Deque<Given> given = new ArrayDeque<>();
    private Amount sum = Amount.NONE;

    WindowBacklog(Duration window) {
        this(window, System::nanoTime);
    }

    /** @param nanoTime the clock, as {@link System#nanoTime()} */
    WindowBacklog(Duration window, LongSupplier nanoTime) {
        this.window = window.toNanos();
        this.nanoTime = nanoTime;
    }

    @Override
    public Amount look() {
        while (!given.isEmpty() && nanoTime.getAsLong() - given.getFirst().time >= window) {
            sum = sum.minus(given.removeFirst().amount);
        }
        return sum;
    }

    @Override
    public void add(Amount amount) {
        given.addLast(new Given(nanoTime.getAsLong(), amount));
        sum = sum.plus(amount);
    }

    private static final class Given {

        private final long time;
        private final Amount amount;

        private Given(long time, Amount amount) {
            this.time = time;
            this.amount = amount;
        }
    }
}
