package cd.go.contrib.k8sexec.cli.doctor;

import cd.go.contrib.k8sexec.cli.enter.ScriptEnvironment;
import cd.go.contrib.k8sexec.cli.platform.Child;
import cd.go.contrib.k8sexec.cli.platform.Command;
import cd.go.contrib.k8sexec.cli.platform.Inside;
import cd.go.contrib.k8sexec.cli.platform.Platform;
import cd.go.contrib.k8sexec.cli.platform.Program;
import cd.go.contrib.k8sexec.cli.platform.Setting;
import cd.go.contrib.k8sexec.cli.platform.StartException;
import cd.go.contrib.k8sexec.cli.platform.Streams;
import cd.go.contrib.k8sexec.cli.staging.RandomName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Runs a small program of the agent, for what it prints. */
final class AgentProgram {
    private static final Duration LIMIT = Duration.ofSeconds(5);

    private static final byte[] ENVIRONMENT =
            ("PATH=" + ScriptEnvironment.DEFAULT_PATH + "\0LC_ALL=C\0").getBytes(StandardCharsets.US_ASCII);

    private AgentProgram() {}

    /**
     * @param command the first element is an absolute path
     * @return empty if it cannot be started or does not end in time
     */
    static Optional<Output> run(String... command) {
        try {
            Path file = newFile();
            try {
                Child child = Platform.CURRENT.start(
                        new Program(
                                Command.of(List.of(command), ENVIRONMENT),
                                new Streams(Streams.Input.NONE, Optional.of(file), Optional.empty()),
                                Setting.SAME),
                        Inside.HERE);
                if (!child.endsWithin(LIMIT)) {
                    child.kill();
                }
                int exitCode = child.await().exitCode();
                return Optional.of(new Output(exitCode, Files.readString(file, StandardCharsets.ISO_8859_1)));
            } finally {
                Files.deleteIfExists(file);
            }
        } catch (IOException | StartException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /** A file for what a program prints; also if the agent's root file system is read-only. */
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
