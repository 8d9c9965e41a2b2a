package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.fail;

import cd.go.contrib.k8sexec.cli.pod.Pod.Result;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The containers that src/test/pod/pod makes on this machine, and commands in them. */
abstract class PodScript implements AutoCloseable {
    /** What a container gets that asks for nothing. */
    static final String KUBERNETES =
            "chown,dac_override,fsetid,fowner,mknod,net_raw,setgid,setuid,setfcap,setpcap,net_bind_service,"
                    + "sys_chroot,kill,audit_write";

    private static final Path SCRIPT = Path.of("src/test/pod/pod").toAbsolutePath();

    private static final long LIMIT_SECONDS = 180;

    private Path directory;

    /**
     * Makes the containers.
     *
     * @param variables the script's, like GUEST_IMAGE=debian
     */
    final void make(List<String> variables) {
        try {
            directory = Files.createTempDirectory("pod");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> command = new ArrayList<>(List.of("env"));
        command.addAll(variables);
        command.addAll(List.of(SCRIPT.toString(), "up"));
        execute(command, new byte[0]).assertExitCode(0);
    }

    /** Whether there was a try to make them. */
    final boolean isMade() {
        return directory != null;
    }

    @Override
    public void close() {
        execute(List.of(SCRIPT.toString(), "down"), new byte[0]).assertExitCode(0);
    }

    /** The shared folder, as this machine sees it. */
    Path shared() {
        return directory.resolve("go");
    }

    /** The root folder of a container's image, as this machine sees it. */
    Path files(String container) {
        return directory.resolve(container).resolve("rootfs");
    }

    /** What lies in the shared folder. */
    List<String> sharedFiles() {
        try (Stream<Path> files = Files.walk(shared())) {
            return files.filter(file -> !file.equals(shared()))
                    .map(file -> shared().relativize(file).toString())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The main process of a container, as the Pod sees it. */
    String pid(String container) {
        return execute(List.of(SCRIPT.toString(), "pid", container), new byte[0])
                .text()
                .strip();
    }

    /** The main process of a container, as this machine sees it. */
    String machinePid(String container) {
        return execute(List.of(SCRIPT.toString(), "pid", "--machine", container), new byte[0])
                .text()
                .strip();
    }

    /** Runs a command in a container, which gets no input. */
    Result exec(String container, String... command) {
        return exec(container, new byte[0], command);
    }

    Result exec(String container, byte[] input, String... command) {
        List<String> whole = new ArrayList<>(List.of(SCRIPT.toString(), "exec", container));
        whole.addAll(Arrays.asList(command));
        return execute(whole, input);
    }

    /** Runs a script of bash in the agent's container, with all privileges of this machine. */
    Result asRoot(String script) {
        return execute(asRootCommand(script), new byte[0]);
    }

    Process startAsRoot(String script) {
        try {
            return builder(asRootCommand(script)).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> asRootCommand(String script) {
        return List.of("nsenter", "-t", machinePid("agent"), "-m", "-p", "-u", "-i", "-n", "--", "bash", "-c", script);
    }

    /** Starts a command in a container; its standard output and error are not read. */
    Process start(String container, String... command) {
        List<String> whole = new ArrayList<>(List.of(SCRIPT.toString(), "exec", container));
        whole.addAll(Arrays.asList(command));
        try {
            return builder(whole)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ProcessBuilder builder(List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("POD_DIR", directory.toString());
        return builder;
    }

    private Result execute(List<String> command, byte[] input) {
        try {
            Process process = builder(command).start();
            var out = CompletableFuture.supplyAsync(() -> readAll(process.getInputStream()));
            var err = CompletableFuture.supplyAsync(() -> readAll(process.getErrorStream()));
            try (OutputStream stdin = process.getOutputStream()) {
                new ByteArrayInputStream(input).transferTo(stdin);
            } catch (IOException e) {
                // it ended without reading all of it
            }
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                fail("still running after " + LIMIT_SECONDS + " s: " + command);
            }
            return new Result(process.exitValue(), out.join(), err.join());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] readAll(InputStream in) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (in) {
            in.transferTo(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
