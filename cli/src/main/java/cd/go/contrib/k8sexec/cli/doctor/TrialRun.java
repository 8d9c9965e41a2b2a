package cd.go.contrib.k8sexec.cli.doctor;

import cd.go.contrib.k8sexec.cli.enter.Entry;
import cd.go.contrib.k8sexec.cli.enter.Guest;
import cd.go.contrib.k8sexec.cli.enter.User;
import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.outcome.Outcome;
import cd.go.contrib.k8sexec.cli.outcome.PodChange;
import cd.go.contrib.k8sexec.cli.outcome.Remedy;
import cd.go.contrib.k8sexec.cli.platform.Canceled;
import cd.go.contrib.k8sexec.cli.platform.Events;
import cd.go.contrib.k8sexec.cli.request.TaskRequest;
import cd.go.contrib.k8sexec.cli.run.Plan;
import cd.go.contrib.k8sexec.cli.run.Run;
import cd.go.contrib.k8sexec.cli.staging.RunId;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.protocol.Interpreter;
import cd.go.contrib.k8sexec.protocol.OutcomeKind;
import cd.go.contrib.k8sexec.protocol.Signals;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A script that really runs in the guest, by the same way as every other, and tells what it finds there.
 *
 * @param outcome how it ended; empty if it did not within the limit
 * @param error   why it could not run, or null
 * @param output  what it and nsenter printed
 * @param notes   what k8s-exec had to say
 * @param millis  how long it took, from staging to the removal of its files
 */
record TrialRun(Optional<Outcome> outcome, K8sExecException error, String output, List<String> notes, long millis) {
    static final Duration LIMIT = Duration.ofSeconds(20);

    private static final Duration GRACE = Duration.ofSeconds(1);
    /** To end a run takes the grace period and a few seconds for what even SIGKILL does not end. */
    private static final Duration ENDING = Duration.ofSeconds(8);
    /** Only what every sh has built in: the guest may have nothing else. */
    private static final String SCRIPT = """
        for shell in sh bash zsh; do echo "$shell=$(command -v $shell)"; done
        echo "umask=$(umask)"
        if [ -w . ]; then echo writable=yes; else echo writable=no; fi
        if [ -w "$HOME" ]; then echo home-writable="$HOME"; else echo home-refused="$HOME"; fi
        while read -r key uid other; do [ "$key" != Uid: ] || me=$uid; done </proc/self/status
        while IFS=: read -r name word uid other; do [ "$uid" != "$me" ] || echo "name=$name"; done </etc/passwd
        echo "java=$(command -v java)"
        """;

    /**
     * Runs it. It never takes longer than {@link #LIMIT} and some seconds.
     *
     * @throws Canceled by a signal
     */
    static TrialRun run(
            ProcFs proc, Path sharedRoot, String containerRoot, Guest guest, Entry entry, User user, Events events)
            throws InterruptedException {
        long start = System.nanoTime();
        Path output;
        try {
            output = AgentProgram.newFile();
        } catch (IOException e) {
            return failed(
                    new K8sExecException(
                            ErrorId.INTERNAL,
                            "the agent's temporary folder cannot be written (" + K8sExecException.reason(e) + ")",
                            "so nobody could tell what the trial prints",
                            Remedy.of(PodChange.emptyDir("tmp"), PodChange.mount(PodChange.In.AGENT, "tmp", "/tmp"))),
                    "",
                    List.of(),
                    start);
        }
        List<String> notes = new CopyOnWriteArrayList<>();
        CompletableFuture<Outcome> run = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        RunId id = Run.newRunId(proc);
                        Plan plan = Plan.of(
                                new TaskRequest(SCRIPT, Interpreter.SH, "", Map.of(), Optional.empty()),
                                guest,
                                entry,
                                user,
                                sharedRoot,
                                containerRoot,
                                id);
                        Run.Options options =
                                new Run.Options(Optional.of(output), LIMIT, GRACE, true, Duration.ZERO, notes::add);
                        run.complete(new Run(proc, sharedRoot, plan, options, events)
                                .execute()
                                .outcome());
                    } catch (Throwable e) {
                        run.completeExceptionally(e);
                    }
                },
                "trial");
        thread.setDaemon(true);
        thread.start();
        try {
            return new TrialRun(await(run), null, text(output), notes, millisSince(start));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Canceled canceled) {
                throw canceled;
            }
            return failed(K8sExecException.of(e.getCause()), text(output), notes, start);
        } finally {
            try {
                Files.deleteIfExists(output);
            } catch (IOException e) {
                // it is empty or some lines long
            }
        }
    }

    private static TrialRun failed(K8sExecException error, String output, List<String> notes, long start) {
        return new TrialRun(Optional.empty(), error, output, notes, millisSince(start));
    }

    private static long millisSince(long start) {
        return Duration.ofNanos(System.nanoTime() - start).toMillis();
    }

    private static Optional<Outcome> await(CompletableFuture<Outcome> run)
            throws InterruptedException, ExecutionException {
        try {
            Outcome outcome = run.get(LIMIT.plus(ENDING).toMillis(), TimeUnit.MILLISECONDS);
            if (outcome.kind() == OutcomeKind.CANCELED) {
                throw new Canceled(outcome.exitCode() - Signals.EXIT_CODE_BASE);
            }
            return outcome.kind() == OutcomeKind.TIMED_OUT ? Optional.empty() : Optional.of(outcome);
        } catch (TimeoutException e) {
            // a process or a volume that hangs in the kernel
            return Optional.empty();
        }
    }

    private static String text(Path output) {
        try {
            return Files.readString(output, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }

    /** What the script found. */
    Optional<String> found(String name) {
        Matcher line = Pattern.compile("^" + name + "=(.+)$", Pattern.MULTILINE).matcher(output);
        return line.find() ? Optional.of(line.group(1)) : Optional.empty();
    }

    /**
     * @param explained whether an earlier check has failed, which says more
     * @param way       how the guest was entered
     */
    Check check(boolean explained, String way) {
        if (error != null) {
            String last = output.strip().lines().reduce("", (first, second) -> second);
            return Check.failure(
                    "trial",
                    last.isEmpty() ? error.finding() : error.what() + ": " + last,
                    explained ? Remedy.of("fix what fails above") : error.fix());
        }
        if (outcome.isEmpty()) {
            return Check.failure(
                    "trial",
                    "a script that prints three lines did not end in " + LIMIT.toSeconds() + " s, and was ended",
                    "look what the guest's sh does at its start, and whether the shared volume hangs: k8s-exec "
                            + "run --dry-run");
        }
        if (outcome.get().exitCode() != 0) {
            return Check.failure(
                    "trial",
                    "a script that only prints ended with " + outcome.get().exitCode() + ": "
                            + K8sExecException.quoted(output.strip()),
                    "look at the guest's sh");
        }
        String told = notes.isEmpty() ? "" : "; " + String.join("; ", notes);
        return Check.ok("trial", "a script ran in the guest, by " + way + ", in " + millis + " ms" + told);
    }
}
