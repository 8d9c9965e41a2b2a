package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import cd.go.contrib.k8sexec.needs.Need;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A stand-in Pod with the k8s-exec that was built: the native executable, or else the JVM
 * build. As a JUnit extension ({@link #forClass}) it is there for all tests of a class, and no test may leave anything
 * in the shared folder.
 */
final class Pod extends PodScript implements BeforeAllCallback, AfterEachCallback, AfterAllCallback {
    /**
     * The way into the guest that every test takes, as --enter names it: ./mvnw verify -Denter=chroot. Empty: the one
     * that is chosen.
     */
    private static final String WAY = System.getProperty("enter", "");

    /** As the agent sees it. */
    static final Path K8S_EXEC = Path.of("/opt/extra", WAY.isEmpty() ? "" : "by-" + WAY, "k8s-exec");

    private static final Path BUILT = Path.of("target").toAbsolutePath();

    /** The relay that was built. */
    static final Path RELAY = BUILT.resolve("native-resources/cd/go/contrib/k8sexec/cli/platform/relay");

    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<String> settings;

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
        if (isMade()) {
            close();
        }
    }

    private void up() {
        Need.require(Need.POD);
        chooseWay();
        List<String> variables = new ArrayList<>(List.of("AGENT_EXTRA=" + BUILT));
        if (WAY.equals("chroot")) {
            // unless the test says otherwise: this way needs no more
            variables.add("AGENT_CAPS=" + KUBERNETES);
        }
        if (isRelayed()) {
            variables.add("GUEST_RELAY=" + RELAY);
        }
        variables.addAll(settings);
        make(variables);
    }

    private static void chooseWay() {
        if (WAY.isEmpty()) {
            return;
        }
        try {
            Path chosen = Files.createDirectories(BUILT.resolve("by-" + WAY)).resolve("k8s-exec");
            // another JVM's tests may run it at this moment
            Path made = Files.createTempFile(chosen.getParent(), "k8s-exec", "");
            Files.writeString(
                    made,
                    "#!/bin/sh\n: ${GO_K8S_ENTER:=" + WAY
                            + "}\nexport GO_K8S_ENTER\n"
                            + (isRelayed() ? ": ${GO_K8S_RELAY:=/relay}\nexport GO_K8S_RELAY\n" : "")
                            + "exec /opt/extra/k8s-exec \"$@\"\n");
            Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.move(made, chosen, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether a relay in the guest starts the scripts, in a Pod whose containers do not share their processes. */
    static boolean isRelayed() {
        return WAY.equals("relay");
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

    /** Whether every test takes the way that was asked for. */
    static boolean isChosen() {
        return !WAY.isEmpty();
    }

    /** The way that a run takes. */
    static String way() {
        return !WAY.isEmpty() ? WAY : isNative() ? "setns" : "nsenter";
    }

    /** Skips a test of what a way through nsenter cannot do. */
    static void requireDirect() {
        Assumptions.assumeTrue(isDirect(), "the native executable (-Dnative), by setns or chroot");
    }

    /** Skips a test of what does not hold by this way (docs/pods.md, "What is different by chroot"). */
    static void requireNot(String way, String reason) {
        Assumptions.assumeFalse(way().equals(way), "not by " + way + ": " + reason);
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

    /** Runs commands of the agent's sh, whose {@code $0} is k8s-exec. */
    Result shell(String input, String commands) {
        return exec(
                "agent",
                input.getBytes(StandardCharsets.UTF_8),
                "env",
                "GO_K8S_CONTAINER_SHARED_ROOT=/go",
                "sh",
                "-c",
                commands,
                K8S_EXEC.toString());
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
        Stream<String> lines = commandLines("agent");
        return (hasRelay() ? Stream.concat(lines, commandLines("guest")) : lines)
                .filter(line -> !line.isBlank())
                .toList();
    }

    private Stream<String> commandLines(String container) {
        return exec(container, "sh", "-c", "for p in /proc/[0-9]*; do tr '\\0' ' ' <$p/cmdline; echo; done 2>/dev/null")
                .text()
                .lines();
    }

    private boolean hasRelay() {
        return isRelayed() || settings.stream().anyMatch(setting -> setting.startsWith("GUEST_RELAY="));
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
                .filter(line -> !line.startsWith("/k8s-exec/relay "))
                .filter(line -> !line.startsWith("tr ") && !line.startsWith("runc "))
                .toList();
    }

    /** What a command did. */
    record Result(int exitCode, byte[] out, byte[] err) {
        String text() {
            return new String(out, StandardCharsets.UTF_8);
        }

        String errors() {
            return new String(err, StandardCharsets.UTF_8);
        }

        /** What k8s-exec itself says; but what a script took that failed, of which ScriptCostIT is. */
        String ownLines() {
            return errors().lines()
                    .filter(line -> line.startsWith("k8s-exec: ") && !line.startsWith("k8s-exec: the script took "))
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
                    // on a slow machine
                    .filter(line -> !line.startsWith("k8s-exec: waiting for "))
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
