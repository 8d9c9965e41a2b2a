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
import cd.go.contrib.k8sexec.cli.platform.Status;
import cd.go.contrib.k8sexec.cli.run.Step.State;
import cd.go.contrib.k8sexec.cli.run.Step.Trigger;
import cd.go.contrib.k8sexec.cli.staging.StagedRun;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.protocol.Durations;
import java.time.Duration;
import java.util.Collections;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A staged script from its start to its end: takes one event after the other, and does what {@link Step} says. All that
 * changes while a run goes on is here, and one thread alone changes it.
 */
final class RunLoop {
    private static final String STOPPED = "the agent is being stopped";

    private final ProcFs proc;
    private final Plan plan;
    private final Run.Options options;
    private final Events events;
    private final ProcessTree tree;
    private final Ending ending;
    private final MemoryWatch memory;
    private final GuestWatch guest;
    private final Timeout timeout;
    private final Meter meter;
    private final SpareMemory spare = new SpareMemory();

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
    private boolean broken;
    /** When the grace period is over, or the time for SIGKILL; by System.nanoTime. */
    private long deadline;
    /** Why it is time for SIGKILL. */
    private String why;

    RunLoop(ProcFs proc, Plan plan, Run.Options options, Events events) {
        this.proc = proc;
        this.plan = plan;
        this.options = options;
        this.events = events;
        this.tree = ProcessTree.ofOwnRun(proc, plan.run(), events::keeper);
        // a relay ends what it has started, and nobody is told twice
        this.ending = new Ending(proc, plan.guest().process().isPresent() ? tree::members : Collections::emptyList);
        this.timeout = Timeout.begin(options.timeout());
        this.why = "the grace period of " + Durations.text(options.grace()) + " was over";
        this.memory = MemoryWatch.begin(proc);
        this.meter = new Meter(proc, events);
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
            try {
                goOn();
            } catch (RuntimeException | Error e) {
                fail(e);
            }
        }
        Outcome outcome = outcome();
        return started ? outcome.after(meter.read(script.account())) : outcome;
    }

    private void goOn() throws InterruptedException {
        if (broken && state.compareTo(State.ENDING) < 0) {
            take(Trigger.LOST);
        }
        Event event = events.next(patience());
        trigger(event).ifPresent(this::take);
        // a signal that has come by then is heard of before anybody says what the script left
        if (state != State.LOOKING || event instanceof Event.TimeOver || event instanceof Event.Input) {
            look();
        }
    }

    /** A fault of k8s-exec's own: nobody else ends what it has started. */
    private void fail(Throwable e) {
        if (e instanceof K8sExecException notStarted) {
            throw notStarted;
        } else if (broken) {
            ending.kill();
            throw K8sExecException.of(e);
        }
        broken = true;
        failure = failure.or(() -> Optional.of(K8sExecException.of(e)));
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
                ending.tell();
                // from SIGTERM on, however long it takes to find all
                deadline = System.nanoTime() + options.grace().toNanos();
            }
            case TELL -> ending.tell();
            case KILL -> {
                killing = true;
                script.end(Duration.ZERO);
                deadline = System.nanoTime() + Ending.KILL_LIMIT.toNanos();
            }
            case LOOK, NOTHING -> {}
        }
    }

    // ---- what an event is for this run

    private Optional<Trigger> trigger(Event event) {
        if (event instanceof Event.Signal signal) {
            return signal(signal);
        }
        if (event instanceof Event.Input input && input.isEnd() && ended.isEmpty()) {
            loseLifeline();
        } else if (event instanceof Event.Gone gone && guest.is(gone.pid()) && state == State.RUNNING) {
            guest.tell();
        }
        return progress(event);
    }

    private void loseLifeline() {
        ended = Optional.of(Outcome.canceled(Canceled.BY_LIFELINE));
        take(Trigger.CANCELED);
        options.notes().accept("the script is ended: whoever sent the request has ended, or has closed the lifeline");
    }

    /** SIGTERM may well come twice: a Pod's end is told to k8s-exec by tini, say, and by the plugin. */
    private Optional<Trigger> signal(Event.Signal signal) {
        if (ended.isEmpty()) {
            ended = Optional.of(Outcome.canceled(signal.number()));
            return Optional.of(Trigger.CANCELED);
        }
        if (!signal.fromTerminal() || state != State.ENDING) {
            return Optional.empty();
        }
        String key = "INT".equals(ended.get().signal()) ? "a second Ctrl-C" : "Ctrl-C";
        why = "of " + key;
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
            meter.begin();
            guest.begin(events);
            return Trigger.STARTED;
        });
    }

    // ---- what time and a look at the processes bring

    /** How long nothing but an event can change anything. */
    private Duration patience() {
        return switch (state) {
            case STARTING, RUNNING -> timeout.orLess(spare.patience());
            case ENDING -> Ending.POLL;
            case KILLING -> Ending.KILL_POLL;
            case LOOKING, OVER -> Duration.ZERO;
        };
    }

    private void look() {
        switch (state) {
            case STARTING, RUNNING -> {
                if (timeout.isOver()) {
                    timeOut();
                } else if (state == State.RUNNING) {
                    spare.look(timeout);
                }
            }
            case LOOKING -> take(isLeft() ? Trigger.LEFT : Trigger.GONE);
            case ENDING -> {
                // as long as it has not started, nothing that appears is somebody's clean-up
                boolean any = pending || ending.hasToldNobody() ? ending.tell() : ending.look();
                if (!any && isKnown() && !script.isEnding()) {
                    take(Trigger.GONE);
                } else if (System.nanoTime() >= deadline) {
                    take(Trigger.GRACE_OVER);
                }
            }
            case KILLING -> {
                if (!ending.kill() && isKnown() && !script.isEnding()) {
                    take(Trigger.GONE);
                } else if (System.nanoTime() >= deadline) {
                    take(Trigger.HOPELESS);
                }
            }
            case OVER -> {}
        }
    }

    /** Whether nothing of the script is to come any more. */
    private boolean isKnown() {
        return !pending && (status.isPresent() || failure.isPresent());
    }

    private void timeOut() {
        ended = Optional.of(Outcome.timedOut().because("it ran longer than its " + timeout));
        take(Trigger.TIMED_OUT);
        options.notes()
                .accept("the script is ended: it has run longer than its " + timeout + ", --timeout or GO_K8S_TIMEOUT");
    }

    /** Whether the script has left something running that shall not stay; what may stay is named. */
    private boolean isLeft() {
        String left = script.account()
                .map(Account::left)
                .orElseGet(() -> events.mayBeLeft() ? ProcessTree.describe(tree.members()) : "");
        if (!left.isEmpty() && !options.endBackground()) {
            String what = "the script left running in the background: " + left;
            options.notes().accept(what + "; --end-background ends such processes");
        }
        return !left.isEmpty() && options.endBackground();
    }

    // ---- how it ended

    private Outcome outcome() {
        Optional<Account> account = script.account();
        ending.lines(why, account, killing).forEach(options.notes());
        String way = started ? plan.entry().name() : null;
        if (ended.isPresent()) {
            if (script.isEnding()) {
                options.notes().accept("the guest does not answer: what was started there may still run");
            } else if (!started) {
                options.notes().accept("it was ended before the script began: nothing was run");
            }
            Outcome outcome = ended.get().by(way);
            if (Stopping.of(proc).hasBegun()) {
                options.notes().accept("the script was ended: " + STOPPED);
                return outcome.because(STOPPED);
            }
            return outcome;
        }
        if (failure.isPresent()) {
            throw failure.get();
        }
        int signal = status.get().signal();
        Outcome end = signal == 0 ? Outcome.exited(status.get().exitCode()) : Outcome.signaled(signal);
        Outcome outcome = end.by(way);
        // a script may also fail because of a process that it waited for: not only SIGKILL may have to do with memory
        Optional<String> reason = account.map(Account::shortage)
                .orElseGet(() -> outcome.exitCode() == 0 ? Optional.empty() : memory.reason());
        return Stream.of(reason, outcome.exitCode() == 0 ? Optional.<String>empty() : guest.end())
                .flatMap(Optional::stream)
                .reduce((first, second) -> first + "; " + second)
                .map(outcome::because)
                .orElse(outcome);
    }
}
