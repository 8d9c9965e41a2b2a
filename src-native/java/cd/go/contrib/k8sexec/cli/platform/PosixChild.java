package cd.go.contrib.k8sexec.cli.platform;

import java.nio.ByteBuffer;
import java.time.Duration;
import org.graalvm.nativeimage.PinnedObject;
import org.graalvm.nativeimage.StackValue;
import org.graalvm.nativeimage.c.type.CIntPointer;

/** @param stdin the writing end of the pipe that is its standard input, or -1 */
record PosixChild(int pid, int stdin) implements Child {
    @Override
    public void feed(ByteBuffer input) {
        try (PinnedObject bytes = PinnedObject.create(input.array())) {
            // if that fails with a broken pipe, the child has ended, and its exit status says more
            Core.feed(stdin, bytes.addressOfArrayElement(0), input.limit());
        }
    }

    @Override
    public Status await() {
        CIntPointer status = StackValue.get(CIntPointer.class);
        int error = Core.await(pid, status);
        if (error != 0) {
            throw new IllegalStateException("wait: " + Libc.message(error));
        }
        return status(status.read());
    }

    /** @param status as wait(2) has it */
    static Status status(int status) {
        int signal = status & 0x7f;
        return signal == 0 ? new Status(status >> 8 & 0xff, 0) : new Status(128 + signal, signal);
    }

    @Override
    public boolean endsWithin(Duration limit) {
        return Core.endsWithin(pid, (int) limit.toMillis()) != 0;
    }

    @Override
    public void kill() {
        Libc.kill(pid, Libc.SIGKILL);
    }
}
