package cd.go.contrib.k8sexec.plugin;

import cd.go.contrib.k8sexec.plugin.console.ConsoleLimits;
import cd.go.contrib.k8sexec.plugin.gocd.GoAgent;
import cd.go.contrib.k8sexec.plugin.gocd.GoConsole;
import cd.go.contrib.k8sexec.plugin.run.Agent;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** An agent in a JVM of its own, for tests that end it. Runs one task and prints its output and the answer. */
final class AgentProcess {

    private AgentProcess() {}

    /** Starts it with the given k8s-exec. */
    static Process start(Path k8sExec, Path temporaryFolder) throws IOException {
        return new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "-XX:-UsePerfData",
                        "--add-opens",
                        "java.base/java.lang=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        AgentProcess.class.getName(),
                        k8sExec.toString(),
                        temporaryFolder.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    public static void main(String[] arguments) throws ReflectiveOperationException {
        Agent agent = new Agent(
                Map.of("K8S_EXEC", arguments[0]),
                Path.of(arguments[1]),
                Path.of("/nowhere/k8s-exec"),
                Agent.Patience.usual(),
                ConsoleLimits.ofGoCd());
        GoConsole console = new GoConsole(Duration.ofSeconds(10), (tag, line) -> {}, List.of());
        console.listen((tag, line) -> System.out.println(line));
        System.out.println(new GoAgent(new K8sExecutorPlugin(agent))
                .execute(console, GoAgent.taskBody("true", "sh", "pipelines/web", Map.of())));
        System.out.println(shutdownHooks() + " hooks");
    }

    private static long shutdownHooks() throws ReflectiveOperationException {
        Field hooks = Class.forName("java.lang.ApplicationShutdownHooks").getDeclaredField("hooks");
        hooks.setAccessible(true);
        Map<?, ?> registered = (Map<?, ?>) hooks.get(null);
        return registered == null
                ? 0
                : registered.keySet().stream() // null once the JVM ends
                        .filter(hook -> ((Thread) hook).getName().startsWith("k8s-exec"))
                        .count();
    }
}
