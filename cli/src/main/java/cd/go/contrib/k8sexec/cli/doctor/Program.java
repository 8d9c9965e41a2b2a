package cd.go.contrib.k8sexec.cli.doctor;

import cd.go.contrib.k8sexec.cli.launch.Launcher;
import cd.go.contrib.k8sexec.cli.launch.ScriptEnvironment;
import cd.go.contrib.k8sexec.cli.staging.RandomName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs a small program of the agent, for what it prints. */
final class Program {
    private static final Duration LIMIT = Duration.ofSeconds(5);

    private Program() {}

    /**
     * @param command the first element is an absolute path
     * @return empty where it cannot be started or does not end in time
     */
    static Optional<Output> run(String... command) {
        try {
            Path file = newFile();
            try {
                Launcher.Child child = Launcher.DEFAULT
                        .capturing(file)
                        .start(
                                List.of(command),
                                Map.of("PATH", ScriptEnvironment.DEFAULT_PATH, "LC_ALL", "C"),
                                new byte[0]);
                child.feed(ByteBuffer.allocate(0));
                // the handle is of this child alone, also where its number is another process's by then
                Optional<ProcessHandle> handle = ProcessHandle.of(child.pid());
                CompletableFuture.delayedExecutor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                        .execute(() -> handle.ifPresent(ProcessHandle::destroyForcibly));
                int exitCode = child.await().exitCode();
                return Optional.of(new Output(exitCode, Files.readString(file, StandardCharsets.ISO_8859_1)));
            } finally {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /** A file for what a program prints; also where the agent's root file system is read-only. */
    static Path newFile() throws IOException {
        String name = "k8s-exec-doctor-" + RandomName.create();
        var ownerOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        try {
            return Files.createFile(Path.of(System.getProperty("java.io.tmpdir"), name), ownerOnly);
        } catch (IOException e) {
            return Files.createFile(Path.of("/dev/shm", name), ownerOnly);
        }
    }

    /** @param text standard output and error */
    record Output(int exitCode, String text) {
        boolean succeeded() {
            return exitCode == 0;
        }

        String lastLine() {
            return text.strip().lines().reduce("", (first, last) -> last);
        }
    }
}
