package cd.go.contrib.k8sexec.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;

import cd.go.contrib.k8sexec.needs.Need;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A stand-in Pod, in whose agent container tasks run: by the plugin's own class and the k8s-exec that was built. */
final class TaskPod implements AutoCloseable {

    private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();
    /** Where the agent sees the project. */
    private static final Path IN_AGENT = Path.of("/opt/extra");

    /** A folder below plugin/target in which the plugin's classes are. */
    private static final String CLASSES = "classes";

    private final Path directory;

    private TaskPod(Path directory) {
        this.directory = directory;
    }

    /** @param settings the variables of the pod script, like GUEST_IMAGE=debian */
    static TaskPod up(String... settings) throws IOException, InterruptedException {
        Need.require(Need.POD);
        TaskPod pod = new TaskPod(Files.createTempDirectory("pod"));
        pod.run(List.of(settings), "up").assertExitCode(0);
        return pod;
    }

    /** What the console shows of a task. The arguments are TaskDemo's, as a shell reads them. */
    Output task(String arguments) throws IOException, InterruptedException {
        return task(Map.of(), arguments);
    }

    /** As {@link #task(String)}, with these variables of the agent on top; one with an empty value is not set. */
    Output task(Map<String, String> agent, String arguments) throws IOException, InterruptedException {
        return task(CLASSES, agent, arguments);
    }

    /** As {@link #task(Map, String)}, by the plugin whose classes are in this folder below plugin/target. */
    Output task(String classes, Map<String, String> agent, String arguments) throws IOException, InterruptedException {
        String classPath = Stream.of(classes, "test-classes", classes + "/lib/*", "demo-lib/*")
                .map(part -> inAgent("plugin/target/" + part))
                .collect(Collectors.joining(File.pathSeparator));
        StringBuilder variables = new StringBuilder();
        agent.forEach((name, value) ->
                variables.append(value.isEmpty() ? "unset " + name + "\n" : "export " + name + "='" + value + "'\n"));
        return exec(
                "agent",
                "bash",
                "-c",
                "set -o pipefail; demo() { \"$java\" -Xmx256m -cp \"$path\" "
                        + "cd.go.contrib.k8sexec.plugin.demo.TaskDemo \"$@\"; }\n"
                        + "java=$1 path=$2\nexport GO_K8S_CONTAINER_SHARED_ROOT=/go K8S_EXEC=\"$0\"\n" + variables
                        + "demo " + arguments,
                inAgent("cli/target/k8s-exec"),
                System.getProperty("java.home") + "/bin/java",
                classPath);
    }

    /** Where the agent has a file of the project. */
    static String inAgent(String file) {
        return IN_AGENT.resolve(file).toString();
    }

    /** Runs a command in a container. */
    Output exec(String container, String... command) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of("exec", container));
        arguments.addAll(Arrays.asList(command));
        return run(List.of(), arguments.toArray(String[]::new));
    }

    /** The main process of a container, as the Pod sees it. */
    String pid(String container) throws IOException, InterruptedException {
        return run(List.of(), "pid", container).text.strip();
    }

    @Override
    public void close() throws IOException {
        try {
            run(List.of(), "down").assertExitCode(0);
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts a test", e);
        }
    }

    private Output run(List<String> settings, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("env"));
        command.addAll(settings);
        command.add(PROJECT.resolve("cli/src/test/pod/pod").toString());
        command.addAll(Arrays.asList(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(Map.of("POD_DIR", directory.toString(), "AGENT_EXTRA", PROJECT.toString()));
        Process process = builder.start();
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Output(process.waitFor(), text);
    }

    /** What a command printed. */
    static final class Output {

        final int exitCode;
        final String text;

        private Output(int exitCode, String text) {
            this.exitCode = exitCode;
            this.text = text;
        }

        Output assertExitCode(int expected) {
            assertEquals(expected, exitCode, text);
            return this;
        }
    }
}
