package cd.go.contrib.k8sexec.cli.command;

import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.platform.Events;
import cd.go.contrib.k8sexec.protocol.Durations;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Waits for a guest that is not there yet: its image is being pulled, or it restarts.
 *
 * @param start when that began, by System.nanoTime
 * @param limit how long at most; zero: not at all
 * @param pause lets time pass, and ends by a signal
 * @param notes gets a line for people now and then: what is waited for
 */
record GuestWait(long start, Duration limit, Pause pause, Consumer<String> notes) {
    private static final Duration POLL = Duration.ofMillis(50);

    /** Lets time pass. */
    interface Pause {
        void pause(Duration time) throws InterruptedException;
    }

    /** A look for the guest. */
    interface Look<T> {
        T find() throws InterruptedException;
    }

    /** Waits from now on. */
    static GuestWait from(Duration limit, Pause pause, Consumer<String> notes) {
        return new GuestWait(System.nanoTime(), limit, pause, notes);
    }

    /** Waits by sleeping: a signal ends this process meanwhile. */
    static GuestWait sleeping(Duration limit, PrintWriter errors) {
        return from(limit, time -> Thread.sleep(time.toMillis()), note -> errors.println(Notes.line(note)));
    }

    /**
     * @param mayComeYet whether waiting can help
     * @throws K8sExecException as the last look, and at once if waiting cannot help
     */
    <T> T until(Predicate<K8sExecException> mayComeYet, Look<T> look) throws InterruptedException {
        Duration note = Events.FIRST_NOTE;
        while (true) {
            try {
                return look.find();
            } catch (K8sExecException e) {
                if (limit.isZero() || !mayComeYet.test(e)) {
                    throw e;
                }
                if (isOver()) {
                    throw new K8sExecException(
                            e.id(),
                            e.what() + ", also after " + Durations.text(limit),
                            e.why(),
                            e.remedy() + " (kubectl describe pod POD tells if its image does not come)");
                }
                if (waited().compareTo(note) >= 0) {
                    notes.accept("waiting for the guest, " + Durations.text(limit) + " at most: " + e.what());
                    note = note.plus(Events.NEXT_NOTE);
                }
                pause.pause(POLL);
            }
        }
    }

    /** Whether there is no time left. */
    boolean isOver() {
        return waited().compareTo(limit) >= 0;
    }

    private Duration waited() {
        return Duration.ofNanos(System.nanoTime() - start);
    }
}
