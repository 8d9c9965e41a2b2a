package cd.go.contrib.k8sexec.cli.run;

import cd.go.contrib.k8sexec.cli.enter.HeldPlace;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.platform.Opened;
import cd.go.contrib.k8sexec.cli.platform.Platform;
import cd.go.contrib.k8sexec.cli.staging.RunId;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.protocol.Durations;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.Consumer;

/**
 * The time in which the place of a script that failed stays, so that somebody can look into it. What {@code k8s-exec
 * shell --run} needs, the script's environment too, this process has in a file in memory, which the kernel shows to
 * those alone who could look into this process anyway (proc_pid_fd(5)).
 */
final class Hold {
    /** From one look to the next: a relay drops who is silent for ten seconds. */
    private static final Duration POLL = Duration.ofSeconds(4);
    /** GoCD can be told to cancel a job that prints nothing for some minutes. */
    private static final Duration SIGN_OF_LIFE = Duration.ofMinutes(5);

    private final ProcFs proc;
    private final Duration time;
    private final Consumer<String> notes;

    private Opened file;
    private HeldRun run;
    private Timeout timeout;
    private Duration nextSign = SIGN_OF_LIFE;

    /** @param time zero: it does not stay */
    Hold(ProcFs proc, Duration time, Consumer<String> notes) {
        this.proc = proc;
        this.time = time;
        this.notes = notes;
    }

    boolean isWanted() {
        return !time.isZero();
    }

    /**
     * Tells people where to look.
     *
     * @param failure as {@link HeldRun} has it
     * @return whether the place stays: if not, why is told
     */
    boolean begin(String failure, RunId id, HeldPlace place) {
        run = new HeldRun(failure, Instant.now().plus(time).truncatedTo(ChronoUnit.SECONDS), place);
        timeout = Timeout.begin(time);
        try {
            file = Platform.CURRENT.holds().begin(run.toBytes());
        } catch (K8sExecException e) {
            notes.accept("the script's place is not held in spite of --hold-on-failure: " + e.finding());
            return false;
        } catch (IOException e) {
            notes.accept(
                    "the script's place is not held in spite of --hold-on-failure: the agent has no file in memory ("
                            + K8sExecException.reason(e) + ")");
            return false;
        }
        AgentCommand command = new AgentCommand(proc);
        notes.accept("the script failed (" + failure + "). Its place stays for " + Durations.text(time) + ", until "
                + run.until() + ": the guest, the directory and the environment. To look into it:");
        notes.accept(command.atTerminal("shell --run " + id.text()));
        notes.accept("to go on before: " + command.of("resume " + id.text()));
        Platform.CURRENT.giveBackMemory();
        return true;
    }

    /** How long nothing but an event can change anything. */
    Duration patience() {
        return timeout.orLess(POLL);
    }

    /** Whether the time is over; tells people if so, and now and then that it goes on. */
    boolean isOver() {
        if (timeout.isOver()) {
            end("its time is over");
            return true;
        }
        if (timeout.hasPassed(nextSign)) {
            nextSign = nextSign.plus(SIGN_OF_LIFE);
            notes.accept("the place of the script that failed (" + run.failure() + ") stays until " + run.until());
        }
        return false;
    }

    /**
     * Ends it, if it has begun.
     *
     * @param reason why, for people
     */
    void end(String reason) {
        if (file == null) {
            return;
        }
        try {
            file.close();
            file = null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        notes.accept("the script's place is given up: " + reason);
    }
}
