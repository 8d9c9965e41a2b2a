package cd.go.contrib.k8sexec.plugin;

import cd.go.contrib.k8sexec.needs.Need;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * A shell script in the place of k8s-exec. It keeps the request and its arguments in files and then does what a test
 * wants; {@code result JSON} writes the result file, {@code $here} is its folder. {@code gc} leaves the file gc-ran. It
 * tells no version unless a test gives it {@link #of one}.
 */
final class FakeK8sExec {

    static final String SUCCESS = "result '{\"outcome\":\"exited\",\"exitCode\":0,\"signal\":null,\"error\":null,"
            + "\"message\":null,\"durationMillis\":1}'\n";

    private final Path folder;

    private FakeK8sExec(Path folder) {
        this.folder = folder;
    }

    /** Reads the request and then runs the given commands of bash. */
    static FakeK8sExec thatDoes(Path folder, String commands) {
        return withoutReading(
                folder,
                "if [ -e \"$here/version\" ] && ! grep -q 2.0.0 \"$here/version\"; then read -r request\n"
                        + "printf '%s\\n' \"$request\" > \"$here/request.json\"\n"
                        + "else cat > \"$here/request.json\"; fi\n"
                        + commands);
    }

    /** Runs the given commands of bash and leaves the request unread. */
    static FakeK8sExec withoutReading(Path folder, String commands) {
        Need.require(Need.BASH, Need.EXECUTABLE_TMP);
        FakeK8sExec fake = new FakeK8sExec(folder);
        fake.write(
                "k8s-exec",
                "#!/usr/bin/env bash\n"
                        + "here='" + folder + "'\n"
                        + "if [ \"$1\" = gc ]; then touch \"$here/gc-ran\"; exit 0; fi\n"
                        + "if [ \"$1\" = --version ] && [ -e \"$here/version\" ]; then\n"
                        + "cat \"$here/version\"; exit 0; fi\n"
                        + "printf '%s\\n' \"$@\" > \"$here/arguments\"\n"
                        + "if [ \"$1\" = --version ]; then exit 0; fi\n"
                        + "result_file=$3\n"
                        + "result() { printf '%s' \"$1\" > \"$result_file\"; }\n"
                        + commands);
        return fake;
    }

    /** Has it tell that version. */
    FakeK8sExec of(String version) {
        write("version", "k8s-exec " + version + " (commit 0000000, native)\n");
        return this;
    }

    Path path() {
        return folder.resolve("k8s-exec");
    }

    String read(String name) {
        try {
            return Files.readString(folder.resolve(name));
        } catch (IOException e) {
            throw new AssertionError(name + " was not written", e);
        }
    }

    boolean has(String name) {
        return Files.exists(folder.resolve(name));
    }

    void write(String name, String text) {
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve(name), text);
            Files.setPosixFilePermissions(folder.resolve(name), PosixFilePermissions.fromString("rwxr-xr-x"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
