package cd.go.contrib.k8sexec.plugin.demo;

import cd.go.contrib.k8sexec.plugin.K8sExecutorPlugin;
import cd.go.contrib.k8sexec.plugin.gocd.GoAgent;
import cd.go.contrib.k8sexec.plugin.gocd.GoConsole;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs one task through the plugin's own class as GoCD's agent does, and prints what GoCD's console would show.
 *
 * <p>Exit code 0 if the task passed, 1 if it failed, 2 if it was called wrongly. The environment is the agent's:
 * K8S_EXEC, PATH and what k8s-exec itself needs.
 */
public final class TaskDemo {

    private static final String USAGE =
            "usage: TaskDemo [--shell NAME] [--property KEY=VALUE]... [--directory DIRECTORY]"
                    + " [--env NAME=VALUE]... [--secret NAME=VALUE]... [--cancel-file FILE] [SCRIPT]\n"
                    + "The script is read from stdin if it is not given. DIRECTORY is relative to the agent's, as "
                    + "GoCD has it.\n"
                    + "The task is canceled as soon as FILE is there.";

    private final PrintStream out =
            new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    private final Map<String, String> environment = new LinkedHashMap<>();
    private final List<String> secrets = new ArrayList<>();
    private final Map<String, String> properties = new LinkedHashMap<>();
    private String directory;
    private String script;
    private Path cancelFile;

    private TaskDemo() {}

    public static void main(String[] arguments) throws IOException {
        TaskDemo demo = new TaskDemo();
        int exitCode;
        try {
            demo.parse(new ArrayDeque<>(Arrays.asList(arguments)));
            exitCode = demo.run() ? 0 : 1;
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage() + "\n" + USAGE);
            exitCode = 2;
        }
        System.exit(exitCode);
    }

    private void parse(Deque<String> arguments) throws IOException {
        while (!arguments.isEmpty()) {
            String argument = arguments.pop();
            switch (argument) {
                case "--shell" -> properties.put("shtype", value(argument, arguments));
                case "--property" -> put(properties, value(argument, arguments));
                case "--directory" -> directory = value(argument, arguments);
                case "--env" -> put(environment, value(argument, arguments));
                case "--cancel-file" -> cancelFile = Path.of(value(argument, arguments));
                case "--secret" -> secrets.add(put(environment, value(argument, arguments)));
                default -> {
                    if (argument.startsWith("--") || script != null) {
                        throw new IllegalArgumentException("unknown argument: " + argument);
                    }
                    script = argument;
                }
            }
        }
        if (script == null) {
            script = new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
        }
        properties.put("script", script);
    }

    private static String value(String option, Deque<String> arguments) {
        if (arguments.isEmpty()) {
            throw new IllegalArgumentException(option + " needs a value");
        }
        return arguments.pop();
    }

    private static String put(Map<String, String> pairs, String pair) {
        int equals = pair.indexOf('=');
        if (equals < 1) {
            throw new IllegalArgumentException("not NAME=VALUE: " + pair);
        }
        pairs.put(pair.substring(0, equals), pair.substring(equals + 1));
        return pair.substring(equals + 1);
    }

    private boolean run() {
        GoAgent gocd = new GoAgent(new K8sExecutorPlugin());
        JsonNode errors = GoAgent.parse(
                        gocd.ask("validate", GoAgent.propertiesBody(properties)).responseBody())
                .get("errors");
        if (!errors.isEmpty()) {
            errors.properties()
                    .forEach(error ->
                            out.println(error.getKey() + ": " + error.getValue().textValue()));
            return false;
        }
        JsonNode definition = GoAgent.parse(gocd.ask("configuration", null).responseBody());
        properties.putIfAbsent("shtype", definition.at("/shtype/default-value").textValue());
        out.println("[go] Task: k8s-executor");
        if (cancelFile != null) {
            Thread canceller = new Thread(this::cancelOnceAsked, "cancel");
            canceller.setDaemon(true);
            canceller.start();
        }
        long start = System.nanoTime();
        GoAgent.Answer answer = execute(gocd);
        long millis = (System.nanoTime() - start) / 1_000_000;
        if (!answer.success) {
            out.println(answer.message);
        }
        out.println("[go] Task status: " + (answer.success ? "passed" : "failed") + " (" + millis + " ms)");
        return answer.success;
    }

    /**
     * As GoCD's agent cancels a job: one SIGTERM to each of its descendants, from another thread
     * (CurrentProcess.java:62-66).
     */
    private void cancelOnceAsked() {
        try {
            while (!Files.exists(cancelFile)) {
                Thread.sleep(100);
            }
        } catch (InterruptedException e) {
            return;
        }
        ProcessHandle.current().descendants().forEach(ProcessHandle::destroy);
    }

    private GoAgent.Answer execute(GoAgent gocd) {
        try (GoConsole console = new GoConsole(Duration.ofSeconds(10), (tag, line) -> {}, secrets)) {
            console.listen((tag, line) -> out.println((tag.equals(GoConsole.STDERR) ? "stderr| " : "      | ") + line));
            return gocd.execute(console, GoAgent.taskBody(properties, directory, environment));
        }
    }
}
