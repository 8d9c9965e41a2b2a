package cd.go.contrib.k8sexec.cli.platform;

import cd.go.contrib.k8sexec.cli.outcome.AgentLimit;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.graalvm.nativeimage.PinnedObject;
import org.graalvm.nativeimage.StackValue;
import org.graalvm.nativeimage.c.type.CCharPointer;
import org.graalvm.nativeimage.c.type.CTypeConversion;
import org.graalvm.word.UnsignedWord;
import org.graalvm.word.WordFactory;

/** What each run reads of the system, without the JDK's objects and exceptions for it. */
final class PosixFiles {
    /** More than struct vfs_ns_cap_data, the longest attribute that is asked for, takes. */
    private static final int LONGEST_ATTRIBUTE = 64;
    /** Of a link that is no path. */
    private static final int LONGEST_LINK = 128;

    private PosixFiles() {
    }

    /** Of what is not ASCII, the JDK knows in which charset it is. */
    static String variable(String name) {
        CCharPointer value;
        try (CTypeConversion.CCharPointerHolder key = CTypeConversion.toCString(name)) {
            value = Libc.getenv(key.get());
        }
        if (value.isNull()) {
            return null;
        }
        String text = new String(bytes(value, Libc.strlen(value).rawValue()), StandardCharsets.US_ASCII);
        return text.indexOf('\ufffd') < 0 ? text : System.getenv(name);
    }

    static Optional<byte[]> content(String path) {
        int file;
        int errno;
        try (CTypeConversion.CCharPointerHolder name = CTypeConversion.toCString(path)) {
            file = Libc.open(name.get(), Libc.O_CLOEXEC);
            errno = file < 0 ? Libc.errno() : 0;
        }
        if (errno == Libc.EMFILE || errno == Libc.ENFILE) {
            throw AgentLimit.of(Libc.message(errno));
        } else if (errno != 0) {
            return Optional.empty();
        }
        try {
            return read(file);
        } finally {
            Libc.close(file);
        }
    }

    /** What is left of an open file, as {@link Platform#content} has it. */
    static Optional<byte[]> read(int file) {
        byte[] content = new byte[Platform.USUAL_SIZE];
        int length = 0;
        int count = 1;
        while (count > 0 && length < Platform.LONGEST_FILE) {
            UnsignedWord room = WordFactory.unsigned(content.length - length);
            try (PinnedObject bytes = PinnedObject.create(content)) {
                do {
                    count = (int) Libc.read(file, bytes.addressOfArrayElement(length), room)
                            .rawValue();
                } while (count < 0 && Libc.errno() == Libc.EINTR);
            }
            length += Math.max(0, count);
            if (length == content.length) {
                content = Arrays.copyOf(content, 2 * length);
            }
        }
        return count < 0 ? Optional.empty() : Optional.of(Arrays.copyOf(content, length));
    }

    static Optional<byte[]> attribute(Path file, String name) {
        CCharPointer value = StackValue.get(LONGEST_ATTRIBUTE);
        UnsignedWord most = WordFactory.unsigned(LONGEST_ATTRIBUTE);
        long length = Libc.getXattr(Libc.string(ByteString.of(file)), Libc.string(name), value, most)
                .rawValue();
        if (length < 0) {
            int errno = Libc.errno();
            return errno == Libc.ENODATA || errno == Libc.EOPNOTSUPP ? Optional.of(new byte[0]) : Optional.empty();
        }
        return Optional.of(bytes(value, length));
    }

    static Optional<String> link(String path) {
        CCharPointer target = StackValue.get(LONGEST_LINK);
        long length;
        try (CTypeConversion.CCharPointerHolder name = CTypeConversion.toCString(path)) {
            length = Libc.readlink(name.get(), target, WordFactory.unsigned(LONGEST_LINK)).rawValue();
        }
        return length < 0 || length == LONGEST_LINK
                ? Optional.empty()
                : Optional.of(new String(bytes(target, length), StandardCharsets.US_ASCII));
    }

    private static byte[] bytes(CCharPointer from, long length) {
        byte[] bytes = new byte[(int) length];
        CTypeConversion.asByteBuffer(from, bytes.length).get(bytes);
        return bytes;
    }
}
