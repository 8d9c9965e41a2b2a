package cd.go.contrib.k8sexec.cli.enter;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.platform.Connection;
import cd.go.contrib.k8sexec.cli.platform.Event;
import cd.go.contrib.k8sexec.cli.platform.Platform;
import cd.go.contrib.k8sexec.cli.platform.Status;
import cd.go.contrib.k8sexec.cli.target.Sizes;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** A program that a relay has been told to start. Only a whole RESULT after STARTED says how it ended. */
final class RelayRun implements Running {
    private static final int SIGNAL_BASE = 128;

    private final Platform platform;
    private final RelayGuest guest;
    private final GuestProgram program;
    private final Consumer<String> notes;

    private boolean started;
    private boolean ended;
    private boolean lost;
    /** Whether an END has been sent that is not answered. */
    private boolean ending;

    private Optional<Account> account = Optional.empty();

    RelayRun(Platform platform, RelayGuest guest, GuestProgram program, Consumer<String> notes) {
        this.platform = platform;
        this.guest = guest;
        this.program = program;
        this.notes = notes;
    }

    @Override
    public Optional<Progress> on(Event event) {
        if (lost
                || !(event instanceof Event.Readable readable)
                || readable.descriptor() != guest.connection().descriptor()) {
            return Optional.empty();
        }
        try {
            return guest.connection().receive(Duration.ZERO).flatMap(message -> {
                // no run of a script has a terminal
                guest.connection().closeTerminal(message);
                return progress(message.packet());
            });
        } catch (Connection.Ended e) {
            return end(e.getMessage());
        }
    }

    Optional<Progress> progress(byte[] packet) {
        return isInOrder(RelayMessages.type(packet)) ? inOrder(packet) : end("it sent what cannot come now");
    }

    /** One of STARTED and FAILED comes once, and RESULT after STARTED only: nothing else is an outcome. */
    private boolean isInOrder(int type) {
        return switch (type) {
            case RelayMessages.STARTED, RelayMessages.FAILED -> !started && !ended;
            case RelayMessages.RESULT -> started;
            default -> false;
        };
    }

    /** There is no relay any more, or none that can be believed. */
    private Optional<Progress> end(String why) {
        guest.connection().close();
        lost = true;
        ending = false;
        return Optional.of(
                ended
                        ? new Progress.Gone("the relay of the guest " + guest.name() + " has ended (" + why + ")")
                        : new Progress.Lost(lost(why)));
    }

    private Optional<Progress> inOrder(byte[] packet) {
        return switch (RelayMessages.type(packet)) {
            case RelayMessages.STARTED -> {
                started = true;
                program.warnings().forEach(warning -> notes.accept("warning: " + warning));
                yield Optional.of(new Progress.Started());
            }
            case RelayMessages.FAILED -> {
                ended = true;
                ending = false;
                yield Optional.of(new Progress.NotStarted(
                        RelayFailures.explained(RelayMessages.Failure.of(packet), guest, program, platform)));
            }
            case RelayMessages.RESULT -> Optional.of(result(RelayMessages.Result.of(packet)));
            default -> Optional.empty();
        };
    }

    private Progress result(RelayMessages.Result result) {
        // one that was on its way when END was sent has nothing of what END did
        ending &= !ended && !result.left().isEmpty();
        ended = true;
        boolean known = result.outcome() == RelayMessages.EXITED || result.outcome() == RelayMessages.SIGNALED;
        account = Optional.of(new Account(
                result.left(),
                // what was left of one that is lost got no SIGTERM before
                known ? result.killed() : "",
                result.oomKills() == 0
                        ? account.flatMap(Account::shortage)
                        : Optional.of(RelayGuest.shortage(
                                result.limits().memory(),
                                result.oomKills() == 1 ? "a process there" : result.oomKills() + " processes there")),
                known ? Optional.of(result.usage()) : Optional.empty(),
                RelayGuest.memory(result.limits().memory(), result.peak())));
        return switch (result.outcome()) {
            case RelayMessages.EXITED -> new Progress.Ended(new Status(result.value(), 0));
            case RelayMessages.SIGNALED -> new Progress.Ended(new Status(SIGNAL_BASE + result.value(), result.value()));
            default ->
                new Progress.Lost(new K8sExecException(
                        ErrorId.OUTCOME_UNKNOWN,
                        "the relay's own process of this run was killed or stopped in the guest",
                        "so nobody knows how the script ended, and what was left of it was ended",
                        "look what in the script ends processes that it has not started, like kill -9 -1"));
        };
    }

    K8sExecException lost(String why) {
        RelayMessages.Hello hello = guest.hello();
        String limit =
                (hello.flags() & RelayMessages.OOM_GROUP) != 0 && hello.limits().memory() >= 0
                        ? "; in this guest the kernel kills all processes at once if its memory limit of "
                                + Sizes.bytes(hello.limits().memory()) + " is reached, which looks like this"
                        : "";
        return new K8sExecException(
                ErrorId.RELAY_LOST,
                "the relay of the guest " + guest.name() + " ended while "
                        + (started ? "the script ran" : "it was to start the script") + " (" + why + ")",
                "so nobody knows how the script ended: the guest has ended or was restarted" + limit,
                "look why: kubectl describe pod POD, kubectl logs POD -c " + guest.name()
                        + " --previous; the usual cause is resources.limits.memory of the guest");
    }

    @Override
    public void end(Duration grace) {
        if (lost || ended && account.filter(left -> !left.left().isEmpty()).isEmpty()) {
            return;
        }
        try {
            guest.connection().send(RelayMessages.END, RelayMessages.withNumber(grace.toMillis()), new int[0]);
            ending = true;
        } catch (Connection.Ended e) {
            // its end is an event of its own
        }
    }

    /** A relay drops who is silent: by a signal that is none it is told that somebody is there. */
    @Override
    public void keep() {
        if (!lost) {
            try {
                guest.connection().send(RelayMessages.SIGNAL, RelayMessages.withNumber(0), new int[0]);
            } catch (Connection.Ended e) {
                // its end is an event of its own
            }
        }
    }

    @Override
    public boolean isEnding() {
        return ending;
    }

    @Override
    public Optional<Account> account() {
        return Optional.of(
                account.orElse(new Account("", "", Optional.empty(), Optional.empty(), RelayGuest.memory(-1, -1))));
    }
}
