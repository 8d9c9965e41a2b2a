package cd.go.contrib.k8sexec.cli.enter;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.platform.ByteString;
import cd.go.contrib.k8sexec.cli.platform.Child;
import cd.go.contrib.k8sexec.cli.platform.Command;
import cd.go.contrib.k8sexec.cli.platform.Events;
import cd.go.contrib.k8sexec.cli.platform.Inside;
import cd.go.contrib.k8sexec.cli.platform.Opened;
import cd.go.contrib.k8sexec.cli.platform.Platform;
import cd.go.contrib.k8sexec.cli.platform.Program;
import cd.go.contrib.k8sexec.cli.platform.Setting;
import cd.go.contrib.k8sexec.cli.platform.StartException;
import cd.go.contrib.k8sexec.cli.platform.Status;
import cd.go.contrib.k8sexec.cli.platform.Streams;
import cd.go.contrib.k8sexec.cli.staging.RunId;
import cd.go.contrib.k8sexec.cli.staging.StagedRun;
import cd.go.contrib.k8sexec.cli.target.Limits;
import cd.go.contrib.k8sexec.cli.target.Namespace;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.protocol.Way;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Through nsenter(1) and the guest's sh, which reads the launch program: for the JVM build, for an agent whose nsenter
 * has the privilege, and to say why the kernel refuses.
 *
 * @param path the agent's PATH, or null
 */
record NsenterEntry(Platform platform, ProcFs proc, String path) implements Entry {
    private static final String NAME = Way.NSENTER.text();

    private static final List<String> READS_PROGRAM = List.of("sh", "-c", LaunchProgram.READ_STDIN);
    private static final Duration TRIAL_LIMIT = Duration.ofSeconds(20);

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<String> describe(GuestProgram program) {
        try {
            return List.of(NAME + ": "
                    + Nsenter.find(path).commandLine(program.target(), Map.of(), program.user(), READS_PROGRAM).stream()
                            .map(NsenterEntry::word)
                            .collect(Collectors.joining(" ")));
        } catch (K8sExecException e) {
            return List.of(NAME + ": " + e.what());
        }
    }

    private static String word(String word) {
        return word.matches("[\\w@%+=:,./-]+") ? word : ByteString.shellQuoted(word);
    }

    @Override
    public Running start(GuestProgram program, StagedRun staged, Events events, Consumer<String> notes) {
        Nsenter nsenter = Nsenter.find(path);
        checkSize(program);
        boolean handsOver = platform.isNative();
        staged.prepare(
                handsOver ? Optional.empty() : program.streams().script(),
                program.user().owner());
        Optional<HeldGuest> guest = hold(program);
        events.launch(
                new Program(
                        Command.of(
                                nsenter.commandLine(program.target(), paths(guest), program.user(), READS_PROGRAM),
                                environment(program)),
                        new Streams(
                                Streams.Input.FED,
                                program.streams().output(),
                                handsOver ? program.streams().script() : Optional.empty()),
                        Setting.OWN_SESSION),
                Inside.HERE,
                Optional.of(LaunchProgram.of(program, !handsOver, root(program, guest))));
        return new ThroughShell(nsenter, proc, program, staged, guest);
    }

    /** The guest's shell would set one variable after the other, for minutes, before the kernel refuses them. */
    private void checkSize(GuestProgram program) {
        long size = program.environment().variables().entrySet().stream()
                .mapToLong(variable ->
                        variable.getKey().length() + variable.getValue().length() + 2 + Long.BYTES)
                .sum();
        if (size > Limits.arguments(proc)) {
            throw program.words().of(Obstacle.PROGRAM_FAILED, "(Argument list too long)");
        }
    }

    /** Empty if this process may not look at the guest's namespaces, but perhaps nsenter may. */
    private Optional<HeldGuest> hold(GuestProgram program) {
        try {
            return Optional.of(HeldGuest.open(program.target(), proc, platform));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** What tells the guest from other containers, if its namespaces are not held. */
    private Optional<String> root(GuestProgram program, Optional<HeldGuest> guest) {
        if (guest.isPresent()) {
            return Optional.empty();
        }
        Optional<String> root = proc.rootMount(program.target().pid());
        program.target().checkUnchanged(proc);
        return root;
    }

    private static Map<Namespace, String> paths(Optional<HeldGuest> guest) {
        return guest.map(HeldGuest::paths).orElse(Map.of());
    }

    /**
     * The whole environment of nsenter: nothing of the pipeline's, so that no LD_PRELOAD of a pipeline is loaded in the
     * agent.
     */
    private static byte[] environment(GuestProgram program) {
        String mark = program.run()
                .map(run -> RunId.VARIABLE + "=" + run.text() + "\0")
                .orElse("");
        return ("PATH=" + program.environment().launchPath() + "\0" + mark).getBytes(StandardCharsets.ISO_8859_1);
    }

    /**
     * What can go wrong on the way in is found out beforehand, for nothing: later nobody tells nsenter's exit code from
     * the program's.
     */
    @Override
    public int become(GuestProgram program, Consumer<String> notes) throws InterruptedException {
        Nsenter nsenter = Nsenter.find(path);
        try {
            tryOut(program, nsenter);
            Optional<HeldGuest> guest = hold(program);
            // this process's own descriptors go with it, if it is replaced
            boolean replaced = platform.isNative();
            Map<Namespace, String> files =
                    replaced ? guest.map(HeldGuest::pathsOfMore).orElse(Map.of()) : paths(guest);
            List<Opened> more = replaced ? guest.map(HeldGuest::inOrder).orElse(List.of()) : List.of();
            List<String> shell = List.of("sh", "-c", LaunchProgram.become(more.size()));
            return platform.become(
                    new Program(
                            Command.of(
                                    nsenter.commandLine(program.target(), files, program.user(), shell),
                                    environment(program)),
                            new Streams(
                                    Streams.Input.OWN,
                                    Optional.empty(),
                                    Optional.of(LaunchProgram.of(program, root(program, guest))),
                                    more),
                            Setting.SAME),
                    Inside.HERE);
        } catch (StartException e) {
            throw nsenter.notStarted(e, proc);
        }
    }

    private void tryOut(GuestProgram program, Nsenter nsenter) throws StartException, InterruptedException {
        Optional<HeldGuest> guest = hold(program);
        try {
            Child trial = platform.start(
                    new Program(
                            Command.of(
                                    nsenter.commandLine(
                                            program.target(), paths(guest), program.user(), List.of("sh", "-c", ":")),
                                    environment(program)),
                            new Streams(Streams.Input.NONE, Optional.empty(), Optional.empty()),
                            Setting.SAME),
                    Inside.HERE);
            boolean inTime = trial.endsWithin(TRIAL_LIMIT);
            if (!inTime) {
                trial.kill();
            }
            Status status = trial.await();
            if (!inTime) {
                throw new K8sExecException(
                        ErrorId.OUTCOME_UNKNOWN,
                        "the guest's sh, told to do nothing, did not end in " + TRIAL_LIMIT.toSeconds() + " s",
                        "so nothing was run",
                        "look what the guest's sh does at its start, and whether the guest's file systems hang");
            }
            if (status.exitCode() != 0) {
                throw nsenter.notEntered(program.target(), status, proc);
            }
        } finally {
            guest.ifPresent(HeldGuest::close);
        }
    }
}
