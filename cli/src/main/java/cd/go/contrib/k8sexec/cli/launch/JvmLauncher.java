package cd.go.contrib.k8sexec.cli.launch;

import cd.go.contrib.k8sexec.cli.outcome.Signals;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.util.List;
import java.util.Map;

/** The JDK's way to start a process, for the JVM build. */
final class JvmLauncher implements Launcher {

    @Override
    public boolean passesScript() {
        return false;
    }

    @Override
    public Child start(List<String> command, Map<String, String> environment, byte[] script) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(Redirect.INHERIT).redirectError(Redirect.INHERIT);
        builder.environment().clear();
        builder.environment().putAll(environment);
        return new JvmChild(builder.start());
    }

    private record JvmChild(Process process) implements Child {
        @Override
        public int pid() {
            return Math.toIntExact(process.pid());
        }

        @Override
        public void feed(byte[] input) {
            try (OutputStream stdin = process.getOutputStream()) {
                stdin.write(input);
            } catch (IOException e) {
                // a broken pipe: the child has ended, and its exit status says more
            }
        }

        @Override
        public Status await() throws InterruptedException {
            int exitCode = process.waitFor();
            return new Status(exitCode, Signals.ofExitCode(exitCode).orElse(0));
        }

        @Override
        public boolean mayHaveLeftProcesses() {
            return true;
        }
    }
}
