package cd.go.contrib.k8sexec.plugin;

import cd.go.contrib.k8sexec.plugin.console.ConsoleLimits;
import cd.go.contrib.k8sexec.plugin.gocd.GoAgent;
import cd.go.contrib.k8sexec.plugin.gocd.GoConsole;
import cd.go.contrib.k8sexec.plugin.run.Agent;
import java.lang.management.ClassLoadingMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** An agent that runs its first task, and prints how many classes had to be loaded until its first line. */
final class FirstTask {

    private FirstTask() {}

    /** Arguments: k8s-exec, a temporary folder, and "loaded" if GoCD has told the plugin that it is. */
    public static void main(String[] arguments) throws InterruptedException {
        Agent agent = new Agent(
                Map.of("K8S_EXEC", arguments[0]),
                Path.of(arguments[1]),
                Path.of("/nowhere/k8s-exec"),
                Agent.Patience.usual(),
                ConsoleLimits.ofGoCd());
        K8sExecutorPlugin plugin = new K8sExecutorPlugin(agent);
        GoAgent gocd = new GoAgent(plugin);
        if (arguments.length > 2) {
            plugin.load(null);
            awaitEnd("k8s-exec rehearsal");
        }
        ClassLoadingMXBean classes = ManagementFactory.getClassLoadingMXBean();
        GoConsole console = new GoConsole(Duration.ofSeconds(10), (tag, line) -> {}, List.of());
        String body = GoAgent.taskBody("true", "sh", "pipelines/web", Map.of());
        long[] count = {0};
        console.listen((tag, line) -> count[0] = classes.getTotalLoadedClassCount());
        gocd.ask("configuration", null);
        long before = classes.getTotalLoadedClassCount();
        gocd.execute(console, body);
        System.out.println(count[0] - before);
    }

    private static void awaitEnd(String thread) throws InterruptedException {
        for (Thread some : Thread.getAllStackTraces().keySet()) {
            if (some.getName().equals(thread)) {
                some.join();
            }
        }
    }
}
