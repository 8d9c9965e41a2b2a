package cd.go.contrib.k8sexec.cli.platform;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.graalvm.nativeimage.PinnedObject;
import org.graalvm.nativeimage.StackValue;
import org.graalvm.nativeimage.c.struct.SizeOf;
import org.graalvm.nativeimage.c.type.CCharPointer;
import org.graalvm.nativeimage.c.type.CIntPointer;
import org.graalvm.nativeimage.c.type.CTypeConversion;
import org.graalvm.word.WordFactory;

/** By src-native/c/relay/client.h and message.h. */
record PosixConnection(int descriptor) implements Connection {
    /** How long a relay that is slow may take for a connection. */
    private static final int CONNECT_MILLIS = 1000;

    private static final int FACTS = 0;
    private static final int TERMINAL = 6;
    /** Descriptors that a message may have; protocol.h has it as RELAY_DESCRIPTORS. */
    private static final int DESCRIPTORS = 7;
    /** protocol.h has it as RELAY_PACKET. */
    private static final int PACKET = 1024;

    private static final int CHUNK = 1 << 16;

    static Connection connect(Path directory, String file) throws IOException {
        int folder = Libc.open(Libc.string(ByteString.of(directory)), Libc.O_DIRECTORY | Libc.O_CLOEXEC);
        if (folder < 0) {
            throw failed(directory, Libc.errno());
        }
        int socket = RelayCore.connect(folder, Libc.string(file), CONNECT_MILLIS);
        int errno = Libc.errno();
        Libc.close(folder);
        if (socket < 0) {
            throw failed(directory.resolve(file), errno);
        }
        return new PosixConnection(socket);
    }

    private static IOException failed(Path path, int errno) {
        if (errno == Libc.ENOENT) {
            return new NoSuchFileException(path.toString());
        } else if (errno == Libc.ECONNREFUSED) {
            return new ConnectException(Libc.message(errno));
        } else if (errno == Libc.EWOULDBLOCK) {
            // unix(7): the queue of those that wait for accept(2) stayed full
            return new InterruptedIOException(Libc.message(errno));
        }
        return errno == Libc.EACCES
                ? new AccessDeniedException(path.toString())
                : new FileSystemException(path.toString(), null, Libc.message(errno));
    }

    @Override
    public long listener() {
        // struct ucred: process, user, group
        CIntPointer credentials = StackValue.get(3 * Integer.BYTES);
        CIntPointer size = StackValue.get(CIntPointer.class);
        size.write(3 * Integer.BYTES);
        if (Libc.getsockopt(descriptor, Libc.SOL_SOCKET, Libc.SO_PEERCRED, credentials, size) != 0) {
            throw new IllegalStateException("getsockopt: " + Libc.message(Libc.errno()));
        }
        return Integer.toUnsignedLong(credentials.read(1));
    }

    @Override
    public Optional<Message> receive(Duration limit) throws Ended {
        RelayCore.Message message = StackValue.get(SizeOf.get(RelayCore.Message.class));
        int received = RelayCore.receive(descriptor, message, (int) limit.toMillis());
        return received == RelayCore.receivedNothing() ? Optional.empty() : Optional.of(message(received, message));
    }

    @Override
    public Message accompany(int terminal, boolean input) throws Ended {
        RelayCore.Message message = StackValue.get(SizeOf.get(RelayCore.Message.class));
        return message(RelayCore.accompany(descriptor, terminal, input ? 1 : 0, message), message);
    }

    private static Message message(int received, RelayCore.Message message) throws Ended {
        if (received != RelayCore.received()) {
            throw new Ended("the other side has closed it, or sent what is no message");
        }
        byte[] packet = new byte[PACKET];
        CTypeConversion.asByteBuffer(message.packet(), PACKET).get(packet);
        int facts = message.descriptors().read(FACTS);
        Optional<byte[]> content = facts < 0 ? Optional.empty() : Optional.of(content(facts));
        return new Message(packet, content, message.descriptors().read(TERMINAL));
    }

    private static byte[] content(int file) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        byte[] chunk = new byte[CHUNK];
        int count;
        do {
            try (PinnedObject bytes = PinnedObject.create(chunk)) {
                // by its place: all connections of a relay share the file, and with it where a read(2) goes on
                count = (int) Libc.pread(
                                file, bytes.addressOfArrayElement(0), WordFactory.unsigned(CHUNK), content.size())
                        .rawValue();
            }
            content.write(chunk, 0, Math.max(0, count));
        } while (count > 0);
        Libc.close(file);
        return content.toByteArray();
    }

    @Override
    public void send(int type, byte[] packet, int[] descriptors) throws Ended {
        CCharPointer copy = StackValue.get(PACKET);
        CTypeConversion.asByteBuffer(copy, PACKET).put(packet);
        CIntPointer attached = StackValue.get(DESCRIPTORS * Integer.BYTES);
        for (int i = 0; i < DESCRIPTORS; i++) {
            attached.write(i, i < descriptors.length ? descriptors[i] : Core.none());
        }
        if (RelayCore.send(descriptor, type, copy, WordFactory.unsigned(packet.length), attached) != 0) {
            throw new Ended(Libc.message(Libc.errno()));
        }
    }

    @Override
    public void closeTerminal(Message message) {
        if (message.terminal() >= 0) {
            Libc.close(message.terminal());
        }
    }

    @Override
    public void close() {
        Libc.close(descriptor);
    }
}
