package cd.go.contrib.k8sexec.cli.command;

import cd.go.contrib.k8sexec.cli.enter.Entry;
import cd.go.contrib.k8sexec.cli.enter.Guest;
import cd.go.contrib.k8sexec.cli.outcome.ConsoleWords;
import cd.go.contrib.k8sexec.cli.outcome.DebugLog;
import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.outcome.Outcome;
import cd.go.contrib.k8sexec.cli.outcome.ResultFile;
import cd.go.contrib.k8sexec.cli.platform.Canceled;
import cd.go.contrib.k8sexec.cli.platform.Events;
import cd.go.contrib.k8sexec.cli.platform.Platform;
import cd.go.contrib.k8sexec.cli.request.TaskRequest;
import cd.go.contrib.k8sexec.cli.request.TaskRequestReader;
import cd.go.contrib.k8sexec.cli.run.Plan;
import cd.go.contrib.k8sexec.cli.run.Run;
import cd.go.contrib.k8sexec.cli.run.Stopping;
import cd.go.contrib.k8sexec.cli.staging.RunId;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.protocol.OutcomeKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "run",
        header = "Runs a script in the guest: the request is JSON on standard input.",
        description = {
            "  echo '{\"version\": 1, \"script\": \"id; pwd\"}' | k8s-exec run",
            "  echo '{\"version\": 1, \"script\": \"id\"}' | k8s-exec run --dry-run"
        },
        footer = {
            "Exit code: the script's own; 128+n if signal n ended it; 124 if its time",
            "was over; 125 if k8s-exec failed, 126 if the shell cannot be run, 127",
            "if the guest has none."
        })
final class RunCommand implements Callable<Integer> {
    /** A job comes to its agent some seconds after the Pod was made, when the guest's image may not be there yet. */
    private static final Duration WAIT = Duration.ofSeconds(60);

    @Mixin
    TargetOptions targetOptions;

    @Mixin
    WaitOption wait;

    @Mixin
    VolumeOptions volumeOptions;

    @Mixin
    UserOption user;

    @Mixin
    EnterOption enter;

    @Mixin
    GraceOption grace;

    @Option(names = "--timeout")
    Duration timeout;

    @Option(names = "--end-background", fallbackValue = "true")
    boolean endBackground;

    @Option(names = "--hold-on-failure")
    Duration hold;

    @Mixin
    CostOption cost;

    @Option(
            names = "--result",
            paramLabel = "FILE",
            description = "Write how the run ended to this file, as JSON; an error is told there alone.")
    Path result;

    @Option(names = "--dry-run", description = "Print what would be done, and do nothing.")
    boolean dryRun;

    @Mixin
    HelpOption help;

    @Spec
    CommandSpec spec;

    private final ProcFs proc = ProcFs.mounted();
    private final List<String> notes = new ArrayList<>();

    @Override
    public Integer call() throws InterruptedException {
        long start = System.nanoTime();
        Notes.begin();
        ResultFile resultFile = result == null ? null : new ResultFile(result);
        if (resultFile != null) {
            resultFile.clear();
        }
        Run.End end;
        K8sExecException error = null;
        Events events = null;
        try {
            events = Platform.CURRENT.events(Run.CANCELING);
            cost.when();
            end = execute(events);
        } catch (Canceled e) {
            note("canceled before the script began: nothing was run");
            end = new Run.End(Outcome.canceled(e.signal()), true);
        } catch (Throwable e) {
            // too little memory, too: whoever asked for a result gets one
            error = K8sExecException.of(e);
            end = new Run.End(Outcome.error(error, words(error.getMessage())), false);
        }
        if (events != null) {
            events.waitFor("");
        }
        try {
            return report(end.outcome(), error, resultFile, start);
        } finally {
            Notes.finish(events, end.canceled());
        }
    }

    /**
     * Whoever asks for a result shows what is in it: then nothing of that is printed here too.
     *
     * @param error why it failed, or null
     */
    private int report(Outcome outcome, K8sExecException error, ResultFile resultFile, long start) {
        boolean written = false;
        try {
            if (resultFile != null) {
                resultFile.write(
                        outcome, Duration.ofNanos(System.nanoTime() - start).toMillis());
                written = true;
            }
            // whoever asked for it shows no reason for a script that passed
            if ((!written || outcome.exitCode() == 0)
                    && outcome.isOfScript()
                    && outcome.reason() != null
                    && !isTold(outcome.reason())) {
                note(outcome.reason());
            }
            cost.line(outcome).ifPresent(this::note);
        } catch (K8sExecException e) {
            if (outcome.kind() != OutcomeKind.CANCELED) {
                throw e;
            }
            // whoever has cancelled it wants it to end, and knows
            ErrorHandler.print(spec.commandLine(), e);
        } finally {
            if (error != null && written) {
                DebugLog.print(error);
            } else if (error != null) {
                ErrorHandler.print(spec.commandLine(), error);
            }
        }
        DebugLog.step(() -> "ended: " + outcome.kind() + ", exit code " + outcome.exitCode());
        return outcome.exitCode();
    }

    private Run.End execute(Events events) throws InterruptedException {
        Stopping.of(proc).check();
        events.waitFor("the request at standard input");
        TaskRequest request = TaskRequestReader.read(events.input());
        events.waitFor("");
        DebugLog.step(() -> "the request is read: a script of "
                + request.script().length() + " characters for "
                + request.interpreter().name() + ", "
                + request.environment().size() + " variables");
        Path sharedRoot = volumeOptions.sharedRoot();
        Entry entry = enter.entry(proc);
        GuestWait guestWait = GuestWait.from(wait.duration(WAIT), events::pause, this::note);
        while (true) {
            Guest guest = targetOptions.find(entry, proc, request.container(), Optional.of(sharedRoot), guestWait);
            try {
                return execute(request, sharedRoot, entry, guest, events);
            } catch (K8sExecException e) {
                // it has ended since it was found, and nothing was run: what restarts is there in a moment
                if (e.id() != ErrorId.TARGET_DEAD || guestWait.isOver()) {
                    throw e;
                }
            }
        }
    }

    private Run.End execute(TaskRequest request, Path sharedRoot, Entry entry, Guest guest, Events events)
            throws InterruptedException {
        DebugLog.step(() -> "the guest is found: " + guest.describe());
        RunId run = Run.newRunId(proc);
        Plan plan = Plan.of(request, guest, entry, user.of(guest), sharedRoot, volumeOptions.containerRoot(guest), run);
        if (dryRun) {
            plan.describe().stream()
                    .map(K8sExecException::harmless)
                    .forEach(spec.commandLine().getOut()::println);
            return new Run.End(Outcome.exited(0), false);
        }
        Run.Options options = new Run.Options(
                Optional.empty(),
                timeout == null ? Duration.ZERO : timeout,
                grace.duration(),
                endBackground,
                hold == null ? Duration.ZERO : hold,
                this::note);
        return new Run(proc, sharedRoot, plan, options, events).execute();
    }

    private boolean isTold(String reason) {
        return notes.stream().anyMatch(note -> note.startsWith(reason));
    }

    private void note(String text) {
        notes.add(text);
        spec.commandLine().getErr().println(Notes.line(words(text)));
    }

    /** The plugin asks for a result, and shows it in GoCD's console. */
    private String words(String text) {
        return result == null ? text : ConsoleWords.of(text);
    }
}
