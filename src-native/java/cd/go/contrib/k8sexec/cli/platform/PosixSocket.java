package cd.go.contrib.k8sexec.cli.platform;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.graalvm.nativeimage.UnmanagedMemory;
import org.graalvm.nativeimage.c.type.CCharPointer;
import org.graalvm.nativeimage.c.type.CTypeConversion;
import org.graalvm.word.Pointer;

/**
 * {@link Platform#ask} by ask.h. The JDK's network would look at each start of the executable what the machine has, and
 * is large.
 */
final class PosixSocket {
    private PosixSocket() {
    }

    static byte[] ask(String host, int port, byte[] request, int room, Duration limit) throws IOException {
        Pointer content = Libc.copy(request);
        CCharPointer answer = UnmanagedMemory.malloc(room);
        CCharPointer name = Libc.string(new String(host.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
        CCharPointer service = Libc.string(Integer.toString(port));
        try {
            long result = AskCore.ask(
                    name, service, (CCharPointer) content, request.length, answer, room, (int) limit.toMillis());
            if (result < 0) {
                throw new IOException(reason(result));
            }
            byte[] line = new byte[(int) result];
            CTypeConversion.asByteBuffer(answer, line.length).get(line);
            return line;
        } finally {
            // it is asked again and again
            UnmanagedMemory.free(content);
            UnmanagedMemory.free(answer);
            UnmanagedMemory.free(name);
            UnmanagedMemory.free(service);
        }
    }

    private static String reason(long result) {
        if (result == AskCore.noHost()) {
            return Platform.NO_HOST;
        } else if (result == AskCore.noNames()) {
            return Platform.NO_NAMES;
        }
        return result == AskCore.noAnswer() ? Platform.NO_ANSWER : Libc.message((int) -result);
    }
}
