package cd.go.contrib.k8sexec.cli.libc;

import java.nio.charset.StandardCharsets;
import org.graalvm.nativeimage.PinnedObject;
import org.graalvm.nativeimage.UnmanagedMemory;
import org.graalvm.nativeimage.c.function.CFunction;
import org.graalvm.nativeimage.c.type.CCharPointer;
import org.graalvm.nativeimage.c.type.CCharPointerPointer;
import org.graalvm.nativeimage.c.type.CIntPointer;
import org.graalvm.nativeimage.c.type.CTypeConversion;
import org.graalvm.word.Pointer;
import org.graalvm.word.PointerBase;
import org.graalvm.word.SignedWord;
import org.graalvm.word.UnsignedWord;
import org.graalvm.word.WordFactory;

/** The C library's functions that the native executable calls, and Linux' numbers for them. */
public final class Libc {
    public static final int ENOENT = 2;
    public static final int EINTR = 4;
    public static final int ENODATA = 61;
    public static final int EOPNOTSUPP = 95;
    public static final int MADV_DONTNEED = 4;
    public static final int MFD_CLOEXEC = 1;
    public static final int MFD_EXEC = 16;
    public static final int O_WRONLY = 1;
    public static final int O_TRUNC = 01000;
    public static final int O_CLOEXEC = 02000000;
    /** These two are among the few numbers that differ between processors. */
    public static final int O_DIRECTORY = isArm() ? 040000 : 0200000;
    public static final int O_NOFOLLOW = isArm() ? 0100000 : 0400000;
    public static final int CLONE_NEWTIME = 0x0000_0080;
    public static final int CLONE_NEWNS = 0x0002_0000;
    public static final int CLONE_NEWCGROUP = 0x0200_0000;
    public static final int CLONE_NEWUTS = 0x0400_0000;
    public static final int CLONE_NEWIPC = 0x0800_0000;
    public static final int CLONE_NEWUSER = 0x1000_0000;
    public static final int CLONE_NEWPID = 0x2000_0000;
    public static final int CLONE_NEWNET = 0x4000_0000;
    public static final long TIOCGWINSZ = 0x5413;

    private Libc() {
    }

    private static boolean isArm() {
        return System.getProperty("os.arch").equals("aarch64");
    }

    /** The number of the last call's error. */
    public static int errno() {
        return errnoLocation().read();
    }

    /** The C library's words for an error's number. */
    public static String message(int errno) {
        return CTypeConversion.toJavaString(strerror(errno));
    }

    /** A copy outside of Java's heap, which is never freed. */
    public static Pointer copy(byte[] bytes) {
        Pointer copy = UnmanagedMemory.malloc(Math.max(1, bytes.length));
        CTypeConversion.asByteBuffer(copy, bytes.length).put(bytes);
        return copy;
    }

    /** As {@link #copy}, with a final NUL; each char is one byte. */
    public static CCharPointer string(String bytes) {
        return (CCharPointer) copy((bytes + '\0').getBytes(StandardCharsets.ISO_8859_1));
    }

    @CFunction("__errno_location")
    private static native CIntPointer errnoLocation();

    @CFunction("chdir")
    public static native int chdir(CCharPointer path);

    @CFunction("close")
    public static native int close(int fd);

    @CFunction("execv")
    public static native int execv(CCharPointer path, CCharPointerPointer arguments);

    @CFunction("geteuid")
    public static native int geteuid();

    @CFunction("getcwd")
    public static native CCharPointer getcwd(CCharPointer path, UnsignedWord size);

    @CFunction("getxattr")
    public static native SignedWord getXattr(CCharPointer path, CCharPointer name, PointerBase value, UnsignedWord size);

    @CFunction("ioctl")
    public static native int ioctl(int fd, long request, PointerBase argument);

    @CFunction("madvise")
    public static native int madvise(PointerBase start, UnsignedWord length, int advice);

    @CFunction("memfd_create")
    public static native int memfdCreate(CCharPointer name, int flags);

    @CFunction("open")
    public static native int open(CCharPointer path, int flags);

    @CFunction("pipe2")
    public static native int pipe2(CIntPointer fds, int flags);

    @CFunction("strerror")
    private static native CCharPointer strerror(int errno);

    /** As {@link #writeFully(int, byte[], int)}, of all bytes. */
    public static boolean writeFully(int fd, byte[] bytes) {
        return writeFully(fd, bytes, bytes.length);
    }

    /**
     * Writes that many bytes, however long that takes.
     *
     * @return whether all of it could be written
     */
    public static boolean writeFully(int fd, byte[] bytes, int length) {
        try (PinnedObject pinned = PinnedObject.create(bytes)) {
            int written = 0;
            while (written < length) {
                long count = write(fd, pinned.addressOfArrayElement(written), WordFactory.unsigned(length - written)).rawValue();
                if (count < 0 && errno() != EINTR) {
                    return false;
                }
                written += (int) Math.max(0, count);
            }
            return true;
        }
    }

    @CFunction("write")
    private static native SignedWord write(int fd, PointerBase bytes, UnsignedWord count);
}
