package cd.go.contrib.k8sexec.cli.run;

import cd.go.contrib.k8sexec.cli.enter.Account;
import cd.go.contrib.k8sexec.cli.enter.Progress;
import cd.go.contrib.k8sexec.cli.enter.Running;
import cd.go.contrib.k8sexec.cli.outcome.DebugLog;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.outcome.Outcome;
import cd.go.contrib.k8sexec.cli.platform.Canceled;
import cd.go.contrib.k8sexec.cli.platform.Event;
import cd.go.contrib.k8sexec.cli.platform.Events;
import cd.go.contrib.k8sexec.cli.platform.Platform;
import cd.go.contrib.k8sexec.cli.platform.Status;
import cd.go.contrib.k8sexec.cli.run.Step.State;
import cd.go.contrib.k8sexec.cli.run.Step.Trigger;
import cd.go.contrib.k8sexec.cli.staging.StagedRun;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.protocol.Durations;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A staged script from its start to its end: takes one event after the other, and does what {@link Step} says. All that
 * changes while a run goes on is here, and one thread alone changes it.
 */
final class RunLoop {
    /**
     * A script that ends in this time is not worth the time that it takes to give memory back, and to have it again.
     */
    private static final Duration SHORT = Duration.ofMillis(200);

    private static final Duration LONG = Duration.ofDays(1);

    private final ProcFs proc;
    private final Plan plan;
    private final Run.Options options;
    private final Events events;
    private final ProcessTree tree;
    private final Ending ending;
    private final MemoryWatch memory;
    private final GuestWatch guest;
    private final long start = System.nanoTime();

    private State state = State.STARTING;
    private Running script;
    /** Whether it is not known yet what became of the script's start. */
    private boolean pending = true;

    private boolean started;
    private Optional<Status> status = Optional.empty();
    private Optional<K8sExecException> failure = Optional.empty();
    /** How the run ends, if that is not the script's doing. */
    private Optional<Outcome> ended = Optional.empty();

    private boolean killing;
    private boolean memoryGivenBack;
    /** When the grace period is over, or the time for SIGKILL; by System.nanoTime. */
    private long deadline;

    /** Whether Ctrl-C was pressed before. */
    private boolean pressed;
    /** What has cut the grace period short. */
    private Optional<String> haste = Optional.empty();

    RunLoop(ProcFs proc, Plan plan, Run.Options options, Events events) {
        this.proc = proc;
        this.plan = plan;
        this.options = options;
        this.events = events;
        this.tree = ProcessTree.ofOwnRun(proc, plan.run(), events::keeper);
        this.ending = new Ending(proc, tree);
        this.memory = MemoryWatch.begin(proc);
        this.guest = new GuestWatch(proc, plan.guest().process(), options.notes());
    }

    /**
     * Runs the script.
     *
     * @throws K8sExecException if the script's shell could not be started, or it is not known what became of it
     */
    Outcome run(StagedRun staged) throws InterruptedException {
        script = plan.entry()
                .start(plan.program(staged, options.output(), options.grace()), staged, events, options.notes());
        while (state != State.OVER) {
            Event event = events.next(patience());
            trigger(event).ifPresent(this::take);
            // a signal that has come by then is heard of before anybody says what the script left
            if (state != State.LOOKING || event instanceof Event.TimeOver || event instanceof Event.Input) {
                look();
            }
        }
        return outcome();
    }

    private void take(Trigger trigger) {
        Step step = Step.of(state, trigger);
        State before = state;
        DebugLog.step(() -> before + ", " + trigger + ": " + step.next());
        state = step.next();
        switch (step.action()) {
            case TERMINATE -> {
                script.giveUp();
                script.end(options.grace());
                deadline = System.nanoTime() + options.grace().toNanos();
                ending.tell();
            }
            case TELL -> ending.tell();
            case KILL -> {
                killing = true;
                script.end(Duration.ZERO);
                deadline = System.nanoTime() + Ending.KILL_LIMIT.toNanos();
            }
            case LOOK, NOTHING -> {
                // the next look comes by itself
            }
        }
    }

    // ---- what an event is for this run

    private Optional<Trigger> trigger(Event event) {
        if (event instanceof Event.Signal signal) {
            return signal(signal);
        } else if (event instanceof Event.Input input) {
            if (input.isEnd() && ended.isEmpty()) {
                loseLifeline();
            }
            return Optional.empty();
        }
        if (event instanceof Event.Gone gone && guest.is(gone.pid()) && state == State.RUNNING) {
            guest.tell();
        }
        return progress(event);
    }

    private void loseLifeline() {
        ended = Optional.of(Outcome.canceled(Canceled.BY_LIFELINE));
        // before the line, for which there may be no reader
        take(Trigger.CANCELED);
        options.notes().accept("the script is ended: whoever sent the request has ended, or has closed the lifeline");
    }

    /** SIGTERM may well come twice: a Pod's end is told to k8s-exec by tini, say, and by the plugin. */
    private Optional<Trigger> signal(Event.Signal signal) {
        if (ended.isEmpty()) {
            ended = Optional.of(Outcome.canceled(signal.number()));
            pressed = signal.fromTerminal();
            return Optional.of(Trigger.CANCELED);
        }
        if (!signal.fromTerminal() || state != State.ENDING) {
            return Optional.empty();
        }
        String key = pressed ? "a second Ctrl-C" : "Ctrl-C";
        haste = Optional.of(key);
        options.notes().accept(key + ": the grace period is cut short");
        return Optional.of(Trigger.HASTE);
    }

    private Optional<Trigger> progress(Event event) {
        return script.on(event).map(progress -> {
            pending = false;
            if (progress instanceof Progress.NotStarted not) {
                failure = Optional.of(guest.reason(not.reason()));
                return Trigger.FAILED;
            } else if (progress instanceof Progress.Ended end) {
                status = Optional.of(end.status());
                guest.finish();
                return Trigger.ENDED;
            } else if (progress instanceof Progress.Lost lost) {
                failure = Optional.of(lost.reason());
                return Trigger.LOST;
            }
            started = true;
            guest.begin(events);
            return Trigger.STARTED;
        });
    }

    // ---- what time and a look at the processes bring

    /** How long nothing but an event can change anything. */
    private Duration patience() {
        return switch (state) {
            case STARTING, RUNNING -> untilTimeout().orElse(memoryGivenBack ? LONG : SHORT);
            case ENDING -> Ending.POLL;
            case KILLING -> Ending.KILL_POLL;
            case LOOKING, OVER -> Duration.ZERO;
        };
    }

    private Optional<Duration> untilTimeout() {
        Duration limit = options.timeout();
        if (limit.isZero()) {
            return Optional.empty();
        }
        Duration left = limit.minusNanos(System.nanoTime() - start);
        return Optional.of(memoryGivenBack || left.compareTo(SHORT) < 0 ? left : SHORT);
    }

    private void look() {
        switch (state) {
            case STARTING, RUNNING -> {
                long now = System.nanoTime() - start;
                if (!options.timeout().isZero() && now >= options.timeout().toNanos()) {
                    timeOut();
                } else if (!memoryGivenBack && state == State.RUNNING && now >= SHORT.toNanos()) {
                    memoryGivenBack = true;
                    Platform.CURRENT.giveBackMemory();
                }
            }
            case LOOKING -> take(isLeft() ? Trigger.LEFT : Trigger.GONE);
            case ENDING -> {
                // as long as it has not started, nothing that appears is somebody's clean-up
                boolean any = pending ? ending.tell() : ending.look();
                if (!any && !pending && !script.isEnding()) {
                    take(Trigger.GONE);
                } else if (System.nanoTime() >= deadline) {
                    take(Trigger.GRACE_OVER);
                }
            }
            case KILLING -> {
                if (!ending.kill() && !pending && !script.isEnding()) {
                    take(Trigger.GONE);
                } else if (System.nanoTime() >= deadline) {
                    take(Trigger.HOPELESS);
                }
            }
            case OVER -> {
                // nothing is left to look at
            }
        }
    }

    private void timeOut() {
        String limit = Durations.text(options.timeout());
        ended = Optional.of(Outcome.timedOut().because("it ran longer than its timeout of " + limit));
        take(Trigger.TIMED_OUT);
        options.notes()
                .accept("the script is ended: it has run longer than its timeout of " + limit
                        + ", --timeout or GO_K8S_TIMEOUT");
    }

    /** Whether the script has left something running that shall not stay; what may stay is named. */
    private boolean isLeft() {
        String left = script.account().map(Account::left).orElseGet(this::seenLeft);
        if (!left.isEmpty() && !options.endBackground()) {
            options.notes()
                    .accept("the script left running in the background: " + left
                            + "; --end-background ends such processes");
        }
        return !left.isEmpty() && options.endBackground();
    }

    private String seenLeft() {
        return events.mayBeLeft() ? ProcessTree.describe(tree.members()) : "";
    }

    // ---- how it ended

    private Outcome outcome() {
        Optional<Account> account = script.account();
        String why = haste.map(key -> "of " + key)
                .orElseGet(() -> "the grace period of " + Durations.text(options.grace()) + " was over");
        ending.lines(why, account, killing).forEach(options.notes());
        String way = started ? plan.entry().name() : null;
        if (ended.isPresent()) {
            if (!started) {
                options.notes().accept("it was ended before the script began: nothing was run");
            }
            if (Stopping.of(proc).hasBegun()) {
                String stopped = "the agent is being stopped";
                options.notes().accept("the script was ended: " + stopped);
                return ended.get().by(way).because(stopped);
            }
            return ended.get().by(way);
        }
        if (failure.isPresent()) {
            throw failure.get();
        }
        Outcome outcome = status.filter(end -> end.signal() == 0)
                .map(end -> Outcome.exited(end.exitCode()))
                .orElseGet(() -> Outcome.signaled(status.get().signal()))
                .by(way);
        // a script may also fail because of a process that it waited for: not only SIGKILL may have to do with memory
        Optional<String> reason = account.isPresent()
                ? account.get().shortage()
                : outcome.exitCode() == 0 ? Optional.empty() : memory.reason();
        return Stream.of(reason, outcome.exitCode() == 0 ? Optional.<String>empty() : guest.end())
                .flatMap(Optional::stream)
                .reduce((first, second) -> first + "; " + second)
                .map(outcome::because)
                .orElse(outcome);
    }
}
