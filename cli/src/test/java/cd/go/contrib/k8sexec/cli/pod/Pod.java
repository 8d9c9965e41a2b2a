package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import cd.go.contrib.k8sexec.needs.Need;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A stand-in Pod, made by src/test/pod/pod, with the k8s-exec that was built: the native executable, or else the JVM
 * build. As a JUnit extension ({@link #forClass}) it is there for all tests of a class, and no test may leave anything
 * in the shared folder.
 */
final class Pod implements AutoCloseable, BeforeAllCallback, AfterEachCallback, AfterAllCallback {
    /**
     * The way into the guest that every test takes, as --enter names it: ./mvnw verify -Denter=nsenter. Empty: the one
     * that is chosen.
     */
    private static final String WAY = System.getProperty("enter", "");

    /** As the agent sees it. */
    static final Path K8S_EXEC = Path.of("/opt/extra", WAY.isEmpty() ? "" : "by-" + WAY, "k8s-exec");

    private static final Path BUILT = Path.of("target").toAbsolutePath();

    private static final Path SCRIPT = Path.of("src/test/pod/pod").toAbsolutePath();
    private static final long LIMIT_SECONDS = 180;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<String> settings;
    private Path directory;

    private Pod(String... settings) {
        this.settings = List.of(settings);
    }

    /** @param settings the variables of the pod script, like GUEST_IMAGE=debian */
    static Pod up(String... settings) {
        Pod pod = new Pod(settings);
        pod.up();
        return pod;
    }

    /** For a field with {@link org.junit.jupiter.api.extension.RegisterExtension}. */
    static Pod forClass(String... settings) {
        return new Pod(settings);
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        up();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        assertEquals(List.of(), sharedFiles(), "left in the shared folder");
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (directory != null) {
            close();
        }
    }

    private void up() {
        Need.require(Need.POD);
        try {
            directory = Files.createTempDirectory("pod");
            chooseWay();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> command = new ArrayList<>(List.of("env", "AGENT_EXTRA=" + BUILT));
        command.addAll(settings);
        command.addAll(List.of(SCRIPT.toString(), "up"));
        execute(command, new byte[0]).assertExitCode(0);
    }

    private static void chooseWay() throws IOException {
        if (!WAY.isEmpty()) {
            Path chosen = Files.createDirectories(BUILT.resolve("by-" + WAY)).resolve("k8s-exec");
            Files.writeString(
                    chosen,
                    "#!/bin/sh\n: ${GO_K8S_ENTER:=" + WAY
                            + "}\nexport GO_K8S_ENTER\nexec /opt/extra/k8s-exec \"$@\"\n");
            Files.setPosixFilePermissions(chosen, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    /** Whether a script gets into the guest without nsenter and the guest's sh. */
    static boolean isDirect() {
        return isNative() && !WAY.equals("nsenter");
    }

    /** Whether the k8s-exec that was built is the native executable, an ELF file. */
    static boolean isNative() {
        try (InputStream built = Files.newInputStream(BUILT.resolve("k8s-exec"))) {
            return built.read() == 0x7f;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Skips what holds for the native executable alone. */
    static void requireNative() {
        Assumptions.assumeTrue(isNative(), "the native executable (-Dnative)");
    }

    /** Skips a test of what only the way by setns can do. */
    static void requireDirect() {
        Assumptions.assumeTrue(isDirect(), "the native executable (-Dnative), by setns");
    }

    /** The shared folder, as this machine sees it. */
    Path shared() {
        return directory.resolve("go");
    }

    /** The root folder of a container's image, as this machine sees it. */
    Path files(String container) {
        return directory.resolve(container).resolve("rootfs");
    }

    /** What lies in the shared folder. */
    List<String> sharedFiles() {
        try (Stream<Path> files = Files.walk(shared())) {
            return files.filter(file -> !file.equals(shared()))
                    .map(file -> shared().relativize(file).toString())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The main process of a container, as the Pod sees it. */
    String pid(String container) {
        return execute(List.of(SCRIPT.toString(), "pid", container), new byte[0])
                .text()
                .strip();
    }

    /** The main process of a container, as this machine sees it. */
    String machinePid(String container) {
        return execute(List.of(SCRIPT.toString(), "pid", "--machine", container), new byte[0])
                .text()
                .strip();
    }

    /** Runs a command in a container, which gets no input. */
    Result exec(String container, String... command) {
        return exec(container, new byte[0], command);
    }

    Result exec(String container, byte[] input, String... command) {
        List<String> whole = new ArrayList<>(List.of(SCRIPT.toString(), "exec", container));
        whole.addAll(Arrays.asList(command));
        return execute(whole, input);
    }

    /** Runs a script of bash in the agent's container, with all privileges of this machine. */
    Result asRoot(String script) {
        return execute(asRootCommand(script), new byte[0]);
    }

    Process startAsRoot(String script) {
        try {
            return builder(asRootCommand(script)).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> asRootCommand(String script) {
        return List.of("nsenter", "-t", machinePid("agent"), "-m", "-p", "-u", "-i", "-n", "--", "bash", "-c", script);
    }

    /** Starts a command in a container; its standard output and error are not read. */
    Process start(String container, String... command) {
        List<String> whole = new ArrayList<>(List.of(SCRIPT.toString(), "exec", container));
        whole.addAll(Arrays.asList(command));
        try {
            return builder(whole)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@code k8s-exec ARGUMENTS} in the agent, with only the shared root set. */
    Result k8sExec(String input, String... arguments) {
        return k8sExec(Map.of(), input, arguments);
    }

    Result k8sExec(Map<String, String> environment, String input, String... arguments) {
        Map<String, String> variables = new LinkedHashMap<>(Map.of("GO_K8S_CONTAINER_SHARED_ROOT", "/go"));
        variables.putAll(environment);
        List<String> command = new ArrayList<>(List.of("env"));
        variables.forEach((name, value) -> command.add(name + "=" + value));
        command.add(K8S_EXEC.toString());
        command.addAll(List.of(arguments));
        return exec("agent", input.getBytes(StandardCharsets.UTF_8), command.toArray(String[]::new));
    }

    /** Runs a script in the guest. */
    Result run(String shell, String script) {
        return k8sExec(request(shell, script, Map.of()), "run");
    }

    static String request(String shell, String script, Map<String, String> environment) {
        try {
            return JSON.writeValueAsString(
                    Map.of("version", 1, "shell", shell, "script", script, "environment", environment));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The command lines of all processes in the Pod, pause and main processes among them. */
    List<String> commandLines() {
        return exec("agent", "sh", "-c", "for p in /proc/[0-9]*; do tr '\\0' ' ' <$p/cmdline; echo; done 2>/dev/null")
                .text()
                .lines()
                .filter(line -> !line.isBlank())
                .toList();
    }

    /** As {@link #assertNoProcesses}, for what ends by itself in a moment. */
    void awaitNoProcesses() {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!strangers().isEmpty() && System.nanoTime() < deadline) {
            // each look takes a while
        }
        assertNoProcesses();
    }

    /** Nothing runs in the Pod but what always does. */
    void assertNoProcesses() {
        assertEquals(List.of(), strangers(), "left running");
    }

    private List<String> strangers() {
        return commandLines().stream()
                .filter(line -> !line.startsWith("/bin/sleep infinity") && !line.startsWith("sh -c for p in"))
                .filter(line -> !line.startsWith("tr ") && !line.startsWith("runc "))
                .toList();
    }

    @Override
    public void close() {
        execute(List.of(SCRIPT.toString(), "down"), new byte[0]).assertExitCode(0);
    }

    private ProcessBuilder builder(List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("POD_DIR", directory.toString());
        return builder;
    }

    private Result execute(List<String> command, byte[] input) {
        try {
            Process process = builder(command).start();
            var out = CompletableFuture.supplyAsync(() -> readAll(process.getInputStream()));
            var err = CompletableFuture.supplyAsync(() -> readAll(process.getErrorStream()));
            try (OutputStream stdin = process.getOutputStream()) {
                new ByteArrayInputStream(input).transferTo(stdin);
            } catch (IOException e) {
                // it ended without reading all of it
            }
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                fail("still running after " + LIMIT_SECONDS + " s: " + command);
            }
            return new Result(process.exitValue(), out.join(), err.join());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] readAll(InputStream in) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (in) {
            in.transferTo(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** What a command did. */
    record Result(int exitCode, byte[] out, byte[] err) {
        String text() {
            return new String(out, StandardCharsets.UTF_8);
        }

        String errors() {
            return new String(err, StandardCharsets.UTF_8);
        }

        /** What k8s-exec itself says. */
        String ownLines() {
            return errors().lines()
                    .filter(line -> line.startsWith("k8s-exec: "))
                    .collect(Collectors.joining("\n"));
        }

        Result assertExitCode(int expected) {
            if (exitCode != expected) {
                fail("exit code " + exitCode + ", not " + expected + this);
            }
            return this;
        }

        /** One line on standard error, of this error, in which all these words stand. */
        Result assertError(String id, String... words) {
            String prefix = "k8s-exec: error [" + id + "]: ";
            List<String> ours = errors().lines()
                    .filter(line -> line.startsWith("k8s-exec: "))
                    .toList();
            if (ours.size() != 1 || !ours.get(0).startsWith(prefix)) {
                fail("not one line with " + prefix + this);
            }
            for (String word : words) {
                if (!ours.get(0).contains(word)) {
                    fail("not in the error: " + word + this);
                }
            }
            return this;
        }

        @Override
        public String toString() {
            return "\nexit code: " + exitCode + "\nstdout:\n" + text() + "\nstderr:\n" + errors();
        }
    }
}
