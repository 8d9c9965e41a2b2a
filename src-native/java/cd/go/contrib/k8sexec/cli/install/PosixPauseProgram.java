package cd.go.contrib.k8sexec.cli.install;

import cd.go.contrib.k8sexec.cli.libc.Libc;
import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.graalvm.nativeimage.UnmanagedMemory;
import org.graalvm.nativeimage.c.type.CCharPointer;
import org.graalvm.nativeimage.c.type.CCharPointerPointer;

/** The build put the program into the image; to start it takes no more than a file in memory. */
public final class PosixPauseProgram implements PauseProgram {

    @Override
    public byte[] file() {
        try (InputStream program = PosixPauseProgram.class.getResourceAsStream("relay")) {
            return program.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void become() {
        CCharPointer name = Libc.string("pause");
        int file = Libc.memfdCreate(name, Libc.MFD_CLOEXEC | Libc.MFD_EXEC);
        if (file < 0) {
            // Linux before 6.3
            file = Libc.memfdCreate(name, Libc.MFD_CLOEXEC);
        }
        if (file < 0) {
            throw failed("memfd_create");
        }
        if (!Libc.writeFully(file, file())) {
            throw failed("write");
        }
        CCharPointerPointer arguments = UnmanagedMemory.calloc(2 * Long.BYTES);
        arguments.write(0, name);
        Libc.execv(Libc.string("/proc/self/fd/" + file), arguments);
        throw failed("execv");
    }

    private static K8sExecException failed(String function) {
        return new K8sExecException(ErrorId.PAUSE_FAILED, "the program pause cannot be started (" + function + ": " + Libc.message(Libc.errno()) + ")",
            "so there is nothing that waits", "put it into the shared volume by k8s-exec install and start it there, or use sleep infinity");
    }
}
