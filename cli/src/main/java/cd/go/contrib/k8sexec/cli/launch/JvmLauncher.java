package cd.go.contrib.k8sexec.cli.launch;

import cd.go.contrib.k8sexec.protocol.Signals;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * The JDK's way to start a process, for the JVM build.
 *
 * @param output where the children print, or null
 */
record JvmLauncher(Path output) implements Launcher {

    @Override
    public Launcher capturing(Path output) {
        return new JvmLauncher(output);
    }

    @Override
    public boolean passesScript() {
        return false;
    }

    @Override
    public Child start(List<String> command, Map<String, String> environment, byte[] script) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(Redirect.INHERIT).redirectError(Redirect.INHERIT);
        if (output != null) {
            builder.redirectOutput(output.toFile()).redirectErrorStream(true);
        }
        builder.environment().clear();
        builder.environment().putAll(environment);
        return new JvmChild(builder.start());
    }

    /**
     * The JDK hands no descriptor on but the first three: the program goes through standard input, and a shell of the agent's then puts
     * this process's own in its place.
     */
    @Override
    public int become(List<String> command, Map<String, String> environment, byte[] program)
            throws IOException, InterruptedException {
        List<String> whole = new ArrayList<>(List.of(
                "/bin/sh",
                "-c",
                "exec 9<&0 <\"$0\"; exec \"$@\"",
                "/proc/" + ProcessHandle.current().pid() + "/fd/0"));
        whole.addAll(command);
        ProcessBuilder builder =
                new ProcessBuilder(whole).redirectOutput(Redirect.INHERIT).redirectError(Redirect.INHERIT);
        builder.environment().clear();
        builder.environment().putAll(environment);
        CompletableFuture<Process> started = new CompletableFuture<>();
        for (String name : List.of("TERM", "HUP")) {
            OsSignals.handle(name, signal -> started.thenAccept(Process::destroy));
        }
        // the terminal sends it to the program too
        OsSignals.handle("INT", signal -> {});
        Process process = builder.start();
        started.complete(process);
        JvmChild child = new JvmChild(process);
        child.feed(ByteBuffer.wrap(program));
        return child.await().exitCode();
    }

    private record JvmChild(Process process) implements Child {
        @Override
        public int pid() {
            return Math.toIntExact(process.pid());
        }

        @Override
        public void feed(ByteBuffer input) {
            try (OutputStream stdin = process.getOutputStream()) {
                stdin.write(input.array(), 0, input.limit());
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
