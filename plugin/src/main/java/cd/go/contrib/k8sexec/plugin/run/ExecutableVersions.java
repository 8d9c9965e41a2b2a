package cd.go.contrib.k8sexec.plugin.run;

import cd.go.contrib.k8sexec.protocol.Version;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Which version k8s-exec has, by {@code k8s-exec --version}. It is asked once for each file, and again if the file's
 * size or time has changed.
 */
public final class ExecutableVersions {

    /** Of the file for what k8s-exec prints. */
    static final String SUFFIX = ".version";

    private static final int LONGEST_OUTPUT = 4096;

    private final Path temporaryFolder;
    private final Duration atMost;
    private final Map<Path, Known> known = new ConcurrentHashMap<>();

    /** @param atMost how long k8s-exec may take to tell its version */
    public ExecutableVersions(Path temporaryFolder, Duration atMost) {
        this.temporaryFolder = temporaryFolder;
        this.atMost = atMost;
    }

    /**
     * Its version; empty if it does not tell, as a wrapper may keep it from doing. Then it is asked again the next
     * time.
     *
     * @throws TaskFailure if the job was canceled meanwhile: GoCD's one SIGTERM has then ended the process that told
     *         the version, and nothing else will cancel the task
     */
    public Optional<Version> of(Path executable) throws TaskFailure {
        try {
            BasicFileAttributes file = Files.readAttributes(executable, BasicFileAttributes.class);
            Known before = known.get(executable);
            if (before != null && before.isOf(file)) {
                return Optional.of(before.version);
            }
            Optional<Version> version = ask(executable);
            version.ifPresent(found -> known.put(executable, new Known(file, found)));
            return version;
        } catch (IOException e) {
            return Optional.empty(); // to run it will fail too, and say why
        }
    }

    private Optional<Version> ask(Path executable) throws IOException, TaskFailure {
        if (Thread.currentThread().isInterrupted()) {
            throw ScriptExecution.canceled();
        }
        Path output = Files.createTempFile(temporaryFolder, "k8s-exec-", SUFFIX);
        try {
            // a file, not a pipe: whatever a wrapper leaves running could hold a pipe open
            Process process = new ProcessBuilder(executable.toString(), "--version")
                    .redirectInput(Redirect.from(new File("/dev/null")))
                    .redirectOutput(output.toFile())
                    .redirectError(Redirect.DISCARD)
                    .start();
            if (!ended(process)) {
                return Optional.empty();
            }
            if (Outcome.signalOf(process.exitValue()).filter("SIGTERM"::equals).isPresent()) {
                throw ScriptExecution.canceled();
            }
            try (InputStream text = Files.newInputStream(output)) {
                return process.exitValue() == 0
                        ? Version.printed(new String(text.readNBytes(LONGEST_OUTPUT), StandardCharsets.UTF_8))
                        : Optional.empty();
            }
        } finally {
            Files.deleteIfExists(output);
        }
    }

    private boolean ended(Process process) throws TaskFailure {
        try {
            if (process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
                return true;
            }
            process.destroyForcibly();
            return false;
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw ScriptExecution.canceled();
        }
    }

    private static final class Known {

        private final long size;
        private final FileTime time;
        private final Version version;

        private Known(BasicFileAttributes file, Version version) {
            this.size = file.size();
            this.time = file.lastModifiedTime();
            this.version = version;
        }

        private boolean isOf(BasicFileAttributes file) {
            return size == file.size() && time.equals(file.lastModifiedTime());
        }
    }
}
