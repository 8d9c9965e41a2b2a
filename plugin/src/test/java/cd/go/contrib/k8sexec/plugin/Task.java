package cd.go.contrib.k8sexec.plugin;

import cd.go.contrib.k8sexec.plugin.console.ConsoleLimits;
import cd.go.contrib.k8sexec.plugin.gocd.GoAgent;
import cd.go.contrib.k8sexec.plugin.gocd.GoConsole;
import cd.go.contrib.k8sexec.plugin.run.Agent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * One run of the task in a test: through the plugin's own class, on an agent with its own temporary folder, with GoCD's
 * console.
 */
final class Task {

    final Path temporaryFolder;
    private final Map<String, String> agentEnvironment = new LinkedHashMap<>();
    private final Map<String, String> jobEnvironment = new LinkedHashMap<>();
    private final List<String> secrets = new ArrayList<>();
    private final List<String> lines = Collections.synchronizedList(new ArrayList<>());
    private Agent.Patience patience = new Agent.Patience(Duration.ofSeconds(5), Duration.ofMillis(600));
    private ConsoleLimits limits = ConsoleLimits.ofGoCd();
    private Duration consoleInterval = Duration.ofSeconds(10);
    private Path usualExecutable = Path.of("/nowhere/k8s-exec");
    private GoConsole.Listener server = (tag, line) -> lines.add(tag + ' ' + line);
    private GoConsole.Listener ring = (tag, line) -> {};
    private Consumer<GoConsole> beforeTask = opened -> {};
    private Runnable afterAnswer = () -> {};
    private final Map<String, String> properties = new LinkedHashMap<>(Map.of("script", "true", "shtype", "sh"));
    private String workingDirectory = "pipelines/web";
    GoConsole console;

    Task(Path folder) {
        temporaryFolder = folder.resolve("agent's tmp");
        try {
            Files.createDirectories(temporaryFolder);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static Task with(Path folder, FakeK8sExec k8sExec) {
        return new Task(folder).agentVariable("K8S_EXEC", k8sExec.path().toString());
    }

    Task agentVariable(String name, String value) {
        agentEnvironment.put(name, value);
        return this;
    }

    Task variable(String name, String value) {
        jobEnvironment.put(name, value);
        return this;
    }

    Task secret(String name, String value) {
        secrets.add(value);
        return variable(name, value);
    }

    Task script(String text) {
        return property("script", text);
    }

    Task shell(String name) {
        return property("shtype", name);
    }

    Task property(String key, String value) {
        properties.put(key, value);
        return this;
    }

    Task workingDirectory(String directory) {
        workingDirectory = directory;
        return this;
    }

    Task patience(Duration cleanUp, Duration lastOutput) {
        patience = new Agent.Patience(cleanUp, lastOutput);
        return this;
    }

    Task usualExecutable(Path path) {
        usualExecutable = path;
        return this;
    }

    /** The console's interval, and limits that fit it. */
    Task console(Duration interval, long charsPerWindow, long taggedLinesPerWindow) {
        consoleInterval = interval;
        limits = new ConsoleLimits(charsPerWindow, 10_000, taggedLinesPerWindow, interval);
        return this;
    }

    /** Gets the lines when the ring is emptied, in place of {@link #lines()}. */
    Task toServer(GoConsole.Listener listener) {
        server = listener;
        return this;
    }

    /** Gets the lines when they enter the ring. */
    Task toRing(GoConsole.Listener listener) {
        ring = listener;
        return this;
    }

    /** What to do with the console before the task begins. */
    Task beforeTask(Consumer<GoConsole> action) {
        beforeTask = action;
        return this;
    }

    /** What to do between the task's answer and the end of the console. */
    Task afterAnswer(Runnable action) {
        afterAnswer = action;
        return this;
    }

    Agent agent() {
        return new Agent(agentEnvironment, temporaryFolder, usualExecutable, patience, limits);
    }

    GoAgent.Answer run() {
        return run(GoAgent.taskBody(properties, workingDirectory, jobEnvironment));
    }

    GoAgent.Answer run(String body) {
        return run(body, 1).get(0);
    }

    /** Runs it twice, as two tasks of one job are run. */
    List<GoAgent.Answer> runTwice() {
        return run(GoAgent.taskBody(properties, workingDirectory, jobEnvironment), 2);
    }

    private List<GoAgent.Answer> run(String body, int times) {
        List<GoAgent.Answer> answers = new ArrayList<>();
        try (GoConsole opened = new GoConsole(consoleInterval, server, secrets)) {
            console = opened;
            opened.listen(ring);
            beforeTask.accept(opened);
            GoAgent gocd = new GoAgent(new K8sExecutorPlugin(agent()));
            for (int i = 0; i < times; i++) {
                answers.add(gocd.execute(opened, body));
            }
            afterAnswer.run();
        }
        return answers;
    }

    /** The lines that reached GoCD's server, each with its tag. */
    List<String> lines() {
        return List.copyOf(lines);
    }

    /** The lines of one stream, without the tag. */
    List<String> lines(String tag) {
        List<String> some = new ArrayList<>();
        for (String line : lines()) {
            if (line.startsWith(tag)) {
                some.add(line.substring(tag.length() + 1));
            }
        }
        return some;
    }

    List<String> filesLeft() {
        String[] names = temporaryFolder.toFile().list();
        return List.of(names == null ? new String[0] : names);
    }
}
