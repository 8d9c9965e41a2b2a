package cd.go.contrib.k8sexec.cli.platform;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.protocol.Signals;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * What the JDK makes of it, for the JVM build: it starts programs of this container alone, and hands them no script.
 */
final class JvmPlatform implements Platform {
    private static final String NO_PROGRAMS = "is not one file and has no pause and no relay in it";
    private static final Pattern TERMINAL = Pattern.compile("/dev/(pts/\\d+|tty\\w*|console)");

    /**
     * What the keeper's own parent does: it ends with the program's exit code, whatever signal comes. If somebody has
     * killed the keeper it says so in a file, for there is no exit code that a program could not have. Without
     * util-linux's setsid there is no keeper.
     */
    private static final String BEFORE_KEEPER = """
            trap : TERM HUP INT
            [ -z "$LOST" ] || { exec 7>"$LOST"; rm -f "$LOST"; unset LOST; }
            setsid -f true 2>/dev/null || exec "$@" 7>&-
            exec 4<&0 5>&1
            code=$(setsid -f /bin/sh -c "$0" k8s-exec-keeper "$@" <&4 3>&1 >&5 4<&- 5>&- 7>&-)
            [ "$code" ] || { echo lost >&7; kill -KILL $$; }
            exit "$code"
            """;
    /** What the keeper does. A shell names a child that a signal ended: not to the script's standard error. */
    private static final String KEEPER = """
            trap : TERM HUP INT
            exec 6>&2 2>/dev/null
            (exec setsid "$@" 2>&6 3>&- 6>&-)
            echo $? >&3
            """;

    private final JvmFiles files = new JvmFiles();

    @Override
    public boolean isNative() {
        return false;
    }

    @Override
    public long uid() {
        try {
            return Integer.toUnsignedLong((int) Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Events events(List<Integer> signals) {
        return new JvmEvents(this, signals);
    }

    @Override
    public int[] processes(Path procfs, boolean parentless) {
        String[] names = procfs.toFile().list();
        return Arrays.stream(names == null ? new String[0] : names)
                .filter(name -> Character.isDigit(name.charAt(0)))
                .mapToInt(Integer::parseInt)
                .toArray();
    }

    @Override
    public void giveBackMemory() {
        // the JVM keeps its own
    }

    @Override
    public Child start(Program program, Inside inside) throws StartException {
        requirePlain(program, inside, Setting.SAME);
        if (program.streams().script().isPresent()) {
            throw new IllegalArgumentException("the JDK hands no script over");
        }
        return new JvmChild(
                start(program.command().arguments(), program, program.command().environment()));
    }

    /**
     * Starts a program with a keeper (see {@link Events#launch}), a shell of the agent's. The process that is returned
     * is another, which gives the program's exit code as its own; neither carries the program's environment.
     *
     * @param lost an empty file, which is removed; there is something in it if the keeper was killed
     */
    Child startKept(Program program, Inside inside, Optional<Path> lost) throws StartException {
        requirePlain(program, inside, Setting.OWN_SESSION);
        List<String> words = new ArrayList<>(List.of("/bin/sh", "-c", BEFORE_KEEPER, KEEPER, "env", "-i"));
        words.addAll(entries(program.command().environment()));
        words.addAll(program.command().arguments());
        String path = System.getenv("PATH");
        String environment = (path == null ? "" : "PATH=" + path + "\0")
                + lost.map(file -> "LOST=" + ByteString.of(file) + "\0").orElse("");
        return new JvmChild(start(words, program, environment.getBytes(StandardCharsets.ISO_8859_1)));
    }

    private static void requirePlain(Program program, Inside inside, Setting setting) {
        if (!inside.equals(Inside.HERE)
                || !program.setting().equals(setting)
                || program.command().paths().size() > 1) {
            throw new IllegalArgumentException("only the native executable enters a guest by itself");
        }
    }

    private static List<String> entries(byte[] environment) {
        return Arrays.stream(new String(environment, StandardCharsets.ISO_8859_1).split("\0"))
                .filter(entry -> entry.indexOf('=') > 0)
                .toList();
    }

    private static Process start(List<String> words, Program program, byte[] environment) throws StartException {
        ProcessBuilder builder =
                new ProcessBuilder(words).redirectOutput(Redirect.INHERIT).redirectError(Redirect.INHERIT);
        program.streams()
                .output()
                .ifPresent(file -> builder.redirectOutput(file.toFile()).redirectErrorStream(true));
        builder.environment().clear();
        for (String entry : entries(environment)) {
            int equals = entry.indexOf('=');
            builder.environment().put(entry.substring(0, equals), entry.substring(equals + 1));
        }
        try {
            return builder.start();
        } catch (IOException e) {
            throw new StartException(Stage.PROGRAM, e.getMessage(), false);
        }
    }

    /** The script goes through standard input, and a shell of the agent's then puts this process's own in its place. */
    @Override
    public int become(Program program, Inside inside) throws StartException, InterruptedException {
        requirePlain(program, inside, Setting.SAME);
        List<String> whole = new ArrayList<>(List.of(
                "/bin/sh",
                "-c",
                "exec " + Streams.SCRIPT + "<&0 <\"$0\"; exec \"$@\"",
                "/proc/" + ProcessHandle.current().pid() + "/fd/0"));
        whole.addAll(program.command().arguments());
        CompletableFuture<Process> started = new CompletableFuture<>();
        for (String name : List.of("TERM", "HUP")) {
            OsSignals.handle(name, signal -> started.thenAccept(Process::destroy));
        }
        // the terminal sends it to the program too
        OsSignals.handle("INT", signal -> {});
        Process process = start(whole, program, program.command().environment());
        started.complete(process);
        JvmChild child = new JvmChild(process);
        child.feed(ByteBuffer.wrap(program.streams().script().orElse(new byte[0])));
        return child.await().exitCode();
    }

    @Override
    public Opened openDirectory(Path path) throws IOException {
        return files.openDirectory(path);
    }

    @Override
    public Opened openFile(Path path) throws IOException {
        return files.openFile(path);
    }

    /** The JDK locks no directory. */
    @Override
    public Lock lock(Opened file) {
        return Lock.UNKNOWN;
    }

    @Override
    public Opened openFileAs(Identity user, Path path) throws IOException {
        return openFile(path);
    }

    @Override
    public byte[] readAs(Identity user, Path path) throws IOException {
        return Files.readAllBytes(path);
    }

    @Override
    public Relays relays() {
        throw nativeOnly("cannot pass descriptors to a relay", "leave GO_K8S_RELAY and --enter relay unset, or ");
    }

    @Override
    public Holds holds() {
        throw nativeOnly("cannot hold the place of a script", "");
    }

    @Override
    public void clearUmask() {
        throw nativeOnly(NO_PROGRAMS, "");
    }

    @Override
    public boolean isTerminal(int descriptor) {
        try {
            Path file = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor));
            return TERMINAL.matcher(file.toString()).matches();
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public int columns() {
        return 0;
    }

    @Override
    public int rows() {
        return 0;
    }

    /** Its launcher, cli/src/main/launcher/k8s-exec, and Java have done so: it would not have started. */
    @Override
    public void begin() {}

    @Override
    public void traceWholeStacks() {
        // they do
    }

    @Override
    public Optional<byte[]> attribute(Path file, String name) {
        return Optional.empty();
    }

    @Override
    public byte[] ask(String host, int port, byte[] request, int room, Duration limit) throws IOException {
        return JvmSocket.ask(host, port, request, room, limit);
    }

    /** The JVM build is not one file that could be put elsewhere, and far from small while it waits. */
    @Override
    public byte[] relay() {
        throw nativeOnly(NO_PROGRAMS, "");
    }

    @Override
    public void becomePause() {
        throw nativeOnly(NO_PROGRAMS, "");
    }

    /** @param otherwise what to do without it, as the beginning of a sentence */
    private static K8sExecException nativeOnly(String cannot, String otherwise) {
        return new K8sExecException(
                ErrorId.NATIVE_ONLY,
                "this is the JVM build of k8s-exec",
                "which " + cannot,
                otherwise + "use the native executable (k8s-exec --version says which one it is)");
    }

    private record JvmChild(Process process) implements Child {
        @Override
        public int pid() {
            return Math.toIntExact(process.pid());
        }

        @Override
        public void feed(ByteBuffer input) {
            try (OutputStream stdin = process.getOutputStream()) {
                stdin.write(input.array(), 0, input.limit());
            } catch (IOException e) {
                // a broken pipe: the child has ended, and its exit status says more
            }
        }

        @Override
        public Status await() throws InterruptedException {
            int exitCode = process.waitFor();
            return new Status(exitCode, Signals.ofExitCode(exitCode).orElse(0));
        }

        @Override
        public boolean endsWithin(Duration limit) throws InterruptedException {
            return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        }

        @Override
        public void kill() {
            process.destroyForcibly();
        }
    }
}
