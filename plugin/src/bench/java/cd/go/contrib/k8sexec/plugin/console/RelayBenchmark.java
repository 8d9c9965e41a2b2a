package cd.go.contrib.k8sexec.plugin.console;

import com.thoughtworks.go.plugin.api.task.Console;
import com.thoughtworks.go.plugin.api.task.JobConsoleLogger;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How fast the relay is where the console takes everything, and how soon a line is shown. To be run on a quiet machine:
 * {@code ./mvnw -Pbench -pl plugin test-compile exec:exec}.
 */
@Fork(value = 1, jvmArgs = "-Xmx256m")
@Warmup(iterations = 2, time = 3)
@Measurement(iterations = 3, time = 3)
public class RelayBenchmark {

    private static final int MEGABYTES = 64;

    /** A file of lines of 100 bytes, and a console that only counts. */
    @State(Scope.Benchmark)
    public static class Lines {

        final Semaphore shown = new Semaphore(0);
        final JobConsoleLogger console = Context.consoleThat(shown::release);
        final ConsoleLimits limits = new ConsoleLimits(Duration.ofSeconds(10), Long.MAX_VALUE / 2, 0);
        Path file;

        @Setup
        public void write() throws IOException {
            file = Files.createTempFile("lines", ".txt");
            Files.writeString(file, ("x".repeat(99) + '\n').repeat(MEGABYTES * 10_000));
        }

        @TearDown
        public void delete() throws IOException {
            Files.delete(file);
        }
    }

    /** Operations are megabytes: from a process through its pipe into the console. */
    @Benchmark
    @BenchmarkMode(Mode.Throughput)
    @OutputTimeUnit(TimeUnit.SECONDS)
    @OperationsPerInvocation(MEGABYTES)
    public void megabytes(Lines lines) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("cat", lines.file.toString()).start();
        ConsoleRelay relay = ConsoleRelay.start(
                process.getInputStream(),
                process.getErrorStream(),
                lines.console,
                lines.limits,
                new MultilineValues(List.of()));
        process.waitFor();
        relay.finish(Duration.ofSeconds(2));
    }

    /** From the moment when a script prints a line, through its pipe, until the console has it. */
    @Benchmark
    @BenchmarkMode({Mode.AverageTime, Mode.SampleTime})
    @OutputTimeUnit(TimeUnit.MILLISECONDS)
    public void oneLine(Script script, Lines lines) throws IOException, InterruptedException {
        lines.shown.drainPermits();
        script.stdin.write("line\n".getBytes(StandardCharsets.UTF_8));
        script.stdin.flush();
        lines.shown.acquire();
    }

    /** cat as a script that goes on: it prints what it is given. */
    @State(Scope.Benchmark)
    public static class Script {

        Process process;
        OutputStream stdin;
        ConsoleRelay relay;

        @Setup
        public void start(Lines lines) throws IOException {
            process = new ProcessBuilder("cat").start();
            stdin = process.getOutputStream();
            InputStream nothing = new ByteArrayInputStream(new byte[0]);
            relay = ConsoleRelay.start(
                    process.getInputStream(), nothing, lines.console, lines.limits, new MultilineValues(List.of()));
        }

        @TearDown
        public void end() throws IOException {
            stdin.close();
            relay.finish(Duration.ofSeconds(2));
        }
    }

    /** GoCD sets the context of JobConsoleLogger by a subclass, too. */
    private static final class Context extends JobConsoleLogger {

        static JobConsoleLogger consoleThat(Runnable whenPrinted) {
            Console console = new Console() {
                @Override
                public void printLine(String line) {
                    whenPrinted.run();
                }

                @Override
                public void readErrorOf(InputStream in) {
                    throw new AssertionError("nothing is tagged here");
                }

                @Override
                public void readOutputOf(InputStream in) {
                    throw new AssertionError("the relay reads by itself");
                }

                @Override
                public void printEnvironment(Map<String, String> environment, SecureEnvVarSpecifier secure) {
                    throw new AssertionError("GoCD prints it");
                }
            };
            context = () -> console;
            return getConsoleLogger();
        }
    }
}
