package cd.go.contrib.k8sexec.cli.run;

import cd.go.contrib.k8sexec.cli.enter.Progress;
import cd.go.contrib.k8sexec.cli.enter.Running;
import cd.go.contrib.k8sexec.cli.outcome.DebugLog;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.outcome.Outcome;
import cd.go.contrib.k8sexec.cli.platform.Canceled;
import cd.go.contrib.k8sexec.cli.platform.Event;
import cd.go.contrib.k8sexec.cli.platform.Events;
import cd.go.contrib.k8sexec.cli.run.Step.State;
import cd.go.contrib.k8sexec.cli.run.Step.Trigger;
import cd.go.contrib.k8sexec.cli.staging.StagedRun;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.protocol.Durations;
import cd.go.contrib.k8sexec.protocol.Signals;
import java.time.Duration;
import java.util.Collections;
import java.util.Optional;

/**
 * A staged script from its start to its end: takes one event after the other, and does what {@link Step} says. All that
 * changes while a run goes on is here, and one thread alone changes it.
 */
final class RunLoop {

    private final ProcFs proc;
    private final Plan plan;
    private final Run.Options options;
    private final Events events;
    private final Background background;
    private final Ending ending;
    private final Verdict verdict;
    private final GuestWatch guest;
    private final Timeout timeout;
    private final SpareMemory spare = new SpareMemory();
    private final Hold hold;

    private State state = State.STARTING;
    private Running script;
    /** Whether it is not known yet what became of the script's start. */
    private boolean pending = true;

    private boolean killing;
    private boolean canceled;
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
        ProcessTree tree = ProcessTree.ofOwnRun(proc, plan.run(), events::keeper);
        this.background = new Background(tree, events, options);
        // a relay ends what it has started, and nobody is told twice
        this.ending = new Ending(proc, plan.guest().process().isPresent() ? tree::members : Collections::emptyList);
        this.timeout = Timeout.begin(options.timeout());
        this.why = "the grace period of " + Durations.text(options.grace()) + " was over";
        this.verdict = new Verdict(proc, new Meter(proc, events), options.notes());
        this.hold = new Hold(proc, options.hold(), options.notes());
        this.guest = new GuestWatch(proc, plan.guest().process(), options.notes());
    }

    /**
     * Runs the script.
     *
     * @throws K8sExecException if the script's shell could not be started, or it is not known what became of it
     */
    Run.End run(StagedRun staged) throws InterruptedException {
        events.waitFor("the script's shell to start");
        script = plan.entry()
                .start(plan.program(staged, options.output(), options.grace()), staged, events, options.notes());
        while (state != State.OVER) {
            try {
                goOn();
            } catch (RuntimeException | Error e) {
                fail(e);
            }
        }
        return end();
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
        verdict.broken(e);
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
            case HOLD -> {
                verdict.measure(script);
                if (!hold.begin(verdict.scriptsFailure().orElseThrow(), plan.run(), plan.place())) {
                    take(Trigger.RESUMED);
                } else if (guest.hasEnded()) {
                    resumed(guest.words() + " has ended").ifPresent(this::take);
                }
            }
            case LOOK, NOTHING -> {}
        }
    }

    /** Nothing is left of the script that shall not stay; but its place does, if it has failed. */
    private Trigger gone() {
        return verdict.scriptsFailure().isPresent() && hold.isWanted() && !canceled ? Trigger.HELD : Trigger.GONE;
    }

    // ---- what an event is for this run

    private Optional<Trigger> trigger(Event event) {
        if (event instanceof Event.Signal signal) {
            return signal(signal);
        }
        if (event instanceof Event.Input input && input.isEnd()) {
            loseLifeline();
        } else if (event instanceof Event.Gone gone && guest.is(gone.pid())) {
            if (state != State.RUNNING) {
                return resumed(guest.words() + " has ended");
            }
            guest.tell();
        } else if (event instanceof Event.Resumed) {
            return resumed("k8s-exec resume was called");
        }
        return progress(event);
    }

    private Optional<Trigger> resumed(String reason) {
        hold.end(reason);
        return Optional.of(Trigger.RESUMED);
    }

    private void loseLifeline() {
        canceled = true;
        if (state == State.HOLDING) {
            hold.end("whoever sent the request has ended, or has closed the lifeline");
            take(Trigger.CANCELED);
        } else if (verdict.cut().isEmpty()) {
            verdict.cut(Outcome.canceled(Canceled.BY_LIFELINE));
            take(Trigger.CANCELED);
            options.notes()
                    .accept("the script is ended: whoever sent the request has ended, or has closed the lifeline");
        }
    }

    /** SIGTERM may well come twice: a Pod's end is told to k8s-exec by tini, say, and by the plugin. */
    private Optional<Trigger> signal(Event.Signal signal) {
        canceled = true;
        if (state == State.HOLDING) {
            hold.end("SIG" + Signals.name(signal.number()) + " has come");
            return Optional.of(Trigger.CANCELED);
        }
        if (verdict.cut().isEmpty()) {
            verdict.cut(Outcome.canceled(signal.number()));
            return Optional.of(Trigger.CANCELED);
        }
        if (!signal.fromTerminal() || state != State.ENDING) {
            return Optional.empty();
        }
        String key = "INT".equals(verdict.cut().get().signal()) ? "a second Ctrl-C" : "Ctrl-C";
        why = "of " + key;
        options.notes().accept(key + ": the grace period is cut short");
        return Optional.of(Trigger.HASTE);
    }

    private Optional<Trigger> progress(Event event) {
        return script.on(event).flatMap(progress -> {
            pending = false;
            events.waitFor("");
            if (progress instanceof Progress.NotStarted not) {
                verdict.failed(guest.reason(not.reason()));
                return Optional.of(Trigger.FAILED);
            } else if (progress instanceof Progress.Ended end) {
                verdict.ended(end.status());
                guest.finish();
                return Optional.of(Trigger.ENDED);
            } else if (progress instanceof Progress.Lost lost) {
                verdict.failed(lost.reason());
                return Optional.of(Trigger.LOST);
            } else if (progress instanceof Progress.Gone gone) {
                return resumed(gone.what());
            }
            verdict.started();
            guest.begin(events);
            return Optional.of(Trigger.STARTED);
        });
    }

    // ---- what time and a look at the processes bring

    /** How long nothing but an event can change anything. */
    private Duration patience() {
        return switch (state) {
            case STARTING, RUNNING -> timeout.orLess(spare.patience());
            case ENDING -> Ending.POLL;
            case KILLING -> Ending.KILL_POLL;
            case HOLDING -> hold.patience();
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
            case LOOKING -> take(background.shallEnd(script) ? Trigger.LEFT : gone());
            case ENDING -> {
                // as long as it has not started, nothing that appears is somebody's clean-up
                boolean any = pending || ending.hasToldNobody() ? ending.tell() : ending.look();
                if (!any && isKnown() && !script.isEnding()) {
                    take(gone());
                } else if (System.nanoTime() >= deadline) {
                    take(Trigger.GRACE_OVER);
                } else {
                    ending.waiting(options.grace()).ifPresent(options.notes());
                }
            }
            case KILLING -> {
                if (!ending.kill() && isKnown() && !script.isEnding()) {
                    take(gone());
                } else if (System.nanoTime() >= deadline) {
                    take(Trigger.HOPELESS);
                }
            }
            case HOLDING -> {
                script.keep();
                if (hold.isOver()) {
                    take(Trigger.RESUMED);
                }
            }
            case OVER -> {}
        }
    }

    /** Whether nothing of the script is to come any more. */
    private boolean isKnown() {
        return !pending && verdict.isKnown();
    }

    private void timeOut() {
        verdict.cut(Outcome.timedOut().because("it ran longer than its " + timeout));
        take(Trigger.TIMED_OUT);
        options.notes()
                .accept("the script is ended: it has run longer than its " + timeout + ", --timeout or GO_K8S_TIMEOUT");
    }

    // ---- how it ended

    private Run.End end() {
        ending.lines(why, script.account(), killing).forEach(options.notes());
        return new Run.End(verdict.outcome(script, plan.entry(), guest), canceled);
    }
}
