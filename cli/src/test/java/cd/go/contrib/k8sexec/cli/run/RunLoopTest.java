package cd.go.contrib.k8sexec.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import cd.go.contrib.k8sexec.cli.enter.Entry;
import cd.go.contrib.k8sexec.cli.enter.GuestProgram;
import cd.go.contrib.k8sexec.cli.enter.ProcGuest;
import cd.go.contrib.k8sexec.cli.enter.Progress;
import cd.go.contrib.k8sexec.cli.enter.Running;
import cd.go.contrib.k8sexec.cli.enter.ScriptEnvironment;
import cd.go.contrib.k8sexec.cli.enter.User;
import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.platform.Connection;
import cd.go.contrib.k8sexec.cli.platform.Event;
import cd.go.contrib.k8sexec.cli.platform.Events;
import cd.go.contrib.k8sexec.cli.platform.Inside;
import cd.go.contrib.k8sexec.cli.platform.Program;
import cd.go.contrib.k8sexec.cli.staging.RunId;
import cd.go.contrib.k8sexec.cli.staging.SharedVolume;
import cd.go.contrib.k8sexec.cli.staging.StagedRun;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.ProcessInfo;
import cd.go.contrib.k8sexec.cli.target.Target;
import cd.go.contrib.k8sexec.protocol.Interpreter;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunLoopTest {
    private static final ProcFs PROC = ProcFs.mounted();

    @TempDir
    Path shared;

    /** From the second event on that many are Errors, then nothing happens any more. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    @Timeout(60)
    void an_error_in_the_midst_of_a_run_ends_its_tree(int errors) throws Exception {
        Process owner = new ProcessBuilder("sh", "-c", "sleep 1000 & wait").start();
        try (SharedVolume volume = SharedVolume.open(shared)) {
            while (owner.children().noneMatch(ProcessHandle::isAlive)) {
                Thread.sleep(1);
            }
            ProcessHandle script = owner.children().findFirst().orElseThrow();
            ProcessInfo process = PROC.process((int) owner.pid()).orElseThrow();
            RunId run = RunId.create(Run.origin(PROC), process.pid(), process.startTicks());
            Run.Options options = new Run.Options(
                    Optional.empty(), Duration.ZERO, Duration.ofSeconds(20), false, Duration.ZERO, note -> {});

            K8sExecException told = assertThrows(K8sExecException.class, () -> {
                try (StagedRun staged = volume.stage(run, false)) {
                    new RunLoop(PROC, plan(run, process), options, new Faulty(errors)).run(staged);
                }
            });

            assertEquals(ErrorId.INTERNAL, told.id());
            script.onExit().get(10, TimeUnit.SECONDS);
        } finally {
            owner.descendants().forEach(ProcessHandle::destroyForcibly);
            owner.destroyForcibly();
        }
    }

    private static Plan plan(RunId run, ProcessInfo guest) {
        return new Plan(
                new ProcGuest(new Target(guest, "", Set.of(), Optional.empty(), Optional.empty()), PROC),
                new AtOnce(),
                new User(Optional.empty()),
                new byte[0],
                Interpreter.SH,
                "/",
                Path.of("/"),
                run,
                "",
                ScriptEnvironment.of(new byte[0], Map.of()),
                List.of());
    }

    /** A way in by which the script runs at once. */
    private static final class AtOnce implements Entry {
        @Override
        public String name() {
            return "test";
        }

        @Override
        public Running start(GuestProgram program, StagedRun staged, Events events, Consumer<String> notes) {
            return event -> event instanceof Event.Started ? Optional.of(new Progress.Started()) : Optional.empty();
        }

        @Override
        public int become(GuestProgram program, Consumer<String> notes) {
            throw new IllegalStateException();
        }

        @Override
        public List<String> describe(GuestProgram program) {
            return List.of();
        }
    }

    private static final class Faulty implements Events {
        private int errors;
        private boolean started;

        Faulty(int errors) {
            this.errors = errors;
        }

        @Override
        public Event next(Duration limit) throws InterruptedException {
            if (!started) {
                started = true;
                return new Event.Started(1);
            }
            if (errors-- > 0) {
                throw new OutOfMemoryError();
            }
            Thread.sleep(Math.min(limit.toMillis(), 20));
            return new Event.TimeOver();
        }

        @Override
        public void launch(Program program, Inside inside, Optional<ByteBuffer> input) {
            throw new IllegalStateException();
        }

        @Override
        public int keeper() {
            return 0;
        }

        @Override
        public boolean mayBeLeft() {
            return true;
        }

        @Override
        public boolean watch(int pid) {
            return true;
        }

        @Override
        public void listen(Connection connection) {
            throw new IllegalStateException();
        }

        @Override
        public void readInput() {
            throw new IllegalStateException();
        }
    }
}
