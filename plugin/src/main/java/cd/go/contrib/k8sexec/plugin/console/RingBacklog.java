package cd.go.contrib.k8sexec.plugin.console;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The backlog as GoCD's ring shows it.
 *
 * <p>How many entries the ring has is known; how many bytes they have, by what was given to it last. What the ring does
 * not have any more is on its way to the server, and held in memory until the server has answered. If it does not, GoCD
 * puts all of it back.
 */
final class RingBacklog implements Backlog {

    private final Ring ring;
    private final Deque<Amount> given = new ArrayDeque<>();
    private Amount waiting = Amount.NONE;
    private Amount sending = Amount.NONE;

    RingBacklog(Ring ring) {
        this.ring = ring;
    }

    @Override
    public Amount look() {
        boolean isSending = ring.isSending();
        int entries = ring.entries();
        isSending |= ring.isSending(); // it may have begun, or ended, between the two
        if (entries > waiting.entries) {
            // GoCD has put back what it could not send, or printed by itself, or it is from another task
            Amount whole = new Amount(entries, Math.max(ring.bytes(), waiting.plus(sending).bytes));
            given.clear();
            sending = Amount.NONE;
            waiting = Amount.NONE;
            add(whole);
        }
        Amount taken = Amount.NONE;
        while (!given.isEmpty() && waiting.entries - given.getFirst().entries >= entries) {
            Amount oldest = given.removeFirst();
            waiting = waiting.minus(oldest);
            taken = taken.plus(oldest);
        }
        if (taken.entries > 0) {
            sending = taken; // what was sent before has arrived: one thread sends
        }
        if (!isSending) {
            sending = Amount.NONE;
        }
        return waiting.plus(sending);
    }

    @Override
    public void add(Amount amount) {
        given.addLast(amount);
        waiting = waiting.plus(amount);
    }

    /** What can be seen of GoCD's ring. */
    interface Ring {

        int entries();

        /** The bytes of all entries, roughly. */
        long bytes();

        /** Whether GoCD is just sending what it has taken out. */
        boolean isSending();
    }
}
