package cd.go.contrib.k8sexec.plugin.bench;

import cd.go.contrib.k8sexec.plugin.K8sExecutorPlugin;
import cd.go.contrib.k8sexec.plugin.gocd.GoAgent;
import cd.go.contrib.k8sexec.plugin.gocd.GoConsole;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * What a task costs in GoCD's agent, beside GoCD's own way to run a command. Prints samples: what, which way, number.
 * To be run by bench/plugin, in the agent container.
 */
public final class TaskBench {

    private static final String PLUGIN = "plugin";
    private static final String PLAIN = "plain";
    private static final int WARM_UP = 20;

    private final K8sExecutorPlugin plugin = new K8sExecutorPlugin();
    private final GoAgent gocd = new GoAgent(plugin);
    private final Path pipe;

    private TaskBench(Path pipe) {
        this.pipe = pipe;
    }

    /**
     * Arguments: {@code tasks PIPE COUNT}; {@code first PIPE plain|plugin|early}; {@code flood PIPE plain|plugin
     * SECONDS}. PIPE is a named pipe that agent and guest see by the same name.
     */
    public static void main(String[] arguments) throws Exception {
        TaskBench bench = new TaskBench(Path.of(arguments[1]));
        switch (arguments[0]) {
            case "tasks" -> bench.tasks(Integer.parseInt(arguments[2]));
            case "first" -> bench.first(arguments[2]);
            case "flood" -> bench.flood(arguments[2], Integer.parseInt(arguments[3]));
            default -> throw new IllegalArgumentException(arguments[0]);
        }
        System.exit(0);
    }

    /** From the start to the first line, and from the script's end to that of the task. */
    private void tasks(int count) throws Exception {
        try (GoConsole console = console();
                RandomAccessFile ends = new RandomAccessFile(pipe.toFile(), "rw")) {
            BlockingQueue<Long> ended = new LinkedBlockingQueue<>();
            Thread listening = new Thread(() -> {
                try {
                    while (ends.read() >= 0) {
                        ended.add(System.nanoTime());
                    }
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            listening.setDaemon(true);
            listening.start();
            for (int i = 0; i < WARM_UP + count; i++) {
                for (String way : List.of(PLAIN, PLUGIN)) {
                    long[] firstLine = {0};
                    console.listen((tag, line) -> firstLine[0] = System.nanoTime());
                    long start = System.nanoTime();
                    run(way, console, "echo line; printf x >" + pipe);
                    long end = System.nanoTime();
                    if (i >= WARM_UP) {
                        print("start to first line, ms", way, (firstLine[0] - start) / 1e6);
                        print("script's end to task's end, ms", way, (end - ended.take()) / 1e6);
                    } else {
                        ended.take();
                    }
                }
            }
        }
    }

    /** The first line of the first task of an agent; early: before the plugin has had a moment since it was loaded. */
    private void first(String way) throws Exception {
        if (!way.equals(PLAIN)) {
            plugin.load(null);
        }
        if (way.equals(PLUGIN)) {
            TimeUnit.SECONDS.sleep(3); // an agent has its first job after several
        }
        try (GoConsole console = console()) {
            long[] firstLine = {0};
            console.listen((tag, line) -> firstLine[0] = System.nanoTime());
            long start = System.nanoTime();
            run(way, console, "echo line");
            print("first task: start to first line, ms", way, (firstLine[0] - start) / 1e6);
        }
    }

    /** 200 MB while the server does not answer an upload: what the agent holds, and what is lost. */
    private void flood(String way, int seconds) throws Exception {
        String what = "200 MB, an upload of " + seconds + " s: ";
        CountDownLatch answer = new CountDownLatch(1);
        long before = usedMegabytes();
        long[] peak = {0};
        long[] lines = {0};
        try (GoConsole console = new GoConsole(Duration.ofSeconds(1), (tag, line) -> lines[0]++, List.of())) {
            console.onUpload(() -> {
                try {
                    if (answer.await(seconds, TimeUnit.SECONDS)) {
                        return;
                    }
                    peak[0] = Math.max(peak[0], usedMegabytes() - before);
                    answer.countDown();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            run(way, console, "yes $(printf %99s | tr ' ' x) | head -n 2000000");
            print(what + "memory held, MB", way, peak[0]);
            print(what + "entries lost", way, console.dropped());
        }
        print(what + "lines of 2000000 shown", way, lines[0]);
    }

    private void run(String way, GoConsole console, String script) {
        if (way.equals(PLAIN)) {
            PlainTask.run(console, List.of("sh", "-c", script));
        } else {
            GoAgent.Answer answer = gocd.execute(console, GoAgent.taskBody(script, "sh", "", Map.of()));
            if (!answer.success) {
                throw new IllegalStateException(answer.toString());
            }
        }
    }

    private static GoConsole console() {
        return new GoConsole(Duration.ofSeconds(10), (tag, line) -> {}, List.of());
    }

    private static long usedMegabytes() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / 1_000_000;
    }

    private static void print(String what, String way, double number) {
        System.out.printf("%s\t%s\t%.3f%n", what, way, number);
    }
}
