package cd.go.contrib.k8sexec.plugin.console;

/**
 * Waits until GoCD's console has room: a script is slowed down rather than its output lost, or the agent's memory used
 * up.
 */
final class Room {

    private static final long LOOK_AGAIN_MILLIS = 20;

    private final Backlog backlog;
    private final Amount limit;
    private final Runnable whenFull;
    private boolean wasFull;
    private boolean canceled;

    /** @param whenFull what to do when somebody waits for the first time, on the thread that waits */
    Room(Backlog backlog, Amount limit, Runnable whenFull) {
        this.backlog = backlog;
        this.limit = limit;
        this.whenFull = whenFull;
    }

    /** How full the console is. */
    synchronized Amount backlog() {
        return backlog.look();
    }

    /**
     * Waits for so much room, and takes it. False if the task was cancelled and there is none. An interrupt does not
     * end it.
     */
    synchronized boolean acquire(Amount amount) {
        boolean interrupted = false;
        while (!fits(amount)) {
            if (canceled) {
                return false;
            }
            if (!wasFull) {
                wasFull = true;
                whenFull.run();
            }
            try {
                wait(LOOK_AGAIN_MILLIS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        backlog.add(amount);
        return true;
    }

    /** Takes it beyond the limit: for a line of the plugin's own. */
    synchronized void exceed(Amount amount) {
        backlog.add(amount);
    }

    /** From now on nobody waits. */
    synchronized void cancel() {
        canceled = true;
        notifyAll();
    }

    /** What alone is above the limit passes if there is nothing else. */
    private boolean fits(Amount amount) {
        Amount held = backlog.look();
        return held.entries + amount.entries <= limit.entries
                && (held.bytes == 0 || held.bytes + amount.bytes <= limit.bytes);
    }
}
