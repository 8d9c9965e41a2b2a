package cd.go.contrib.k8sexec.cli.platform;

import java.nio.charset.StandardCharsets;
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

/** The C library's functions that the native executable calls, and Linux' numbers for them. */
final class Libc {
    static final int ENOENT = 2;
    static final int EINTR = 4;
    static final int ENOEXEC = 8;
    static final int EWOULDBLOCK = 11;
    static final int EACCES = 13;
    static final int ENFILE = 23;
    static final int EMFILE = 24;
    static final int ENODATA = 61;
    static final int ECONNREFUSED = 111;
    static final int EOPNOTSUPP = 95;
    static final int ESTALE = 116;
    static final int LOCK_EX = 2;
    static final int LOCK_NB = 4;
    static final int MADV_DONTNEED = 4;
    static final int O_WRONLY = 1;
    static final int O_TRUNC = 01000;
    static final int O_CLOEXEC = 02000000;
    /** These two are among the few numbers that differ between processors. */
    static final int O_DIRECTORY = isArm() ? 040000 : 0200000;
    static final int O_NOFOLLOW = isArm() ? 0100000 : 0400000;
    static final int F_GET_SEALS = 1034;
    static final int SIGKILL = 9;
    static final int SIGUSR2 = 12;
    static final int SOL_SOCKET = 1;
    static final int SO_PEERCRED = 17;
    static final long TIOCGWINSZ = 0x5413;

    private Libc() {
    }

    private static boolean isArm() {
        return System.getProperty("os.arch").equals("aarch64");
    }

    /** The number of the last call's error. */
    static int errno() {
        return errnoLocation().read();
    }

    /** The C library's words for an error's number; but "Exec format error" tells nobody what is wrong. */
    static String message(int errno) {
        return errno == ENOEXEC
                ? "it is for another processor than this machine's, or damaged"
                : CTypeConversion.toJavaString(strerror(errno));
    }

    /** A copy outside of Java's heap, which is never freed. */
    static Pointer copy(byte[] bytes) {
        Pointer copy = UnmanagedMemory.malloc(Math.max(1, bytes.length));
        CTypeConversion.asByteBuffer(copy, bytes.length).put(bytes);
        return copy;
    }

    /** As {@link #copy}, with a final NUL; each char is one byte. */
    static CCharPointer string(String bytes) {
        return (CCharPointer) copy((bytes + '\0').getBytes(StandardCharsets.ISO_8859_1));
    }

    @CFunction("__errno_location")
    private static native CIntPointer errnoLocation();

    @CFunction("close")
    static native int close(int fd);

    @CFunction("execv")
    static native int execv(CCharPointer path, CCharPointerPointer arguments);

    @CFunction("flock")
    static native int flock(int fd, int operation);

    @CFunction("fcntl")
    static native int fcntl(int fd, int command, int argument);

    @CFunction("getenv")
    static native CCharPointer getenv(CCharPointer name);

    @CFunction("geteuid")
    static native int geteuid();

    @CFunction("getsockopt")
    static native int getsockopt(int fd, int level, int name, PointerBase value, CIntPointer size);

    @CFunction("getxattr")
    static native SignedWord getXattr(CCharPointer path, CCharPointer name, PointerBase value, UnsignedWord size);

    @CFunction("ioctl")
    static native int ioctl(int fd, long request, PointerBase argument);

    @CFunction("isatty")
    static native int isatty(int fd);

    @CFunction("kill")
    static native int kill(int process, int signal);

    @CFunction("madvise")
    static native int madvise(PointerBase start, UnsignedWord length, int advice);

    @CFunction("open")
    static native int open(CCharPointer path, int flags);

    @CFunction("pipe2")
    static native int pipe2(CIntPointer fds, int flags);

    @CFunction("pread")
    static native SignedWord pread(int fd, PointerBase bytes, UnsignedWord count, long place);

    @CFunction("read")
    static native SignedWord read(int fd, PointerBase bytes, UnsignedWord count);

    @CFunction("readlink")
    static native SignedWord readlink(CCharPointer path, CCharPointer target, UnsignedWord size);

    @CFunction("strlen")
    static native UnsignedWord strlen(CCharPointer string);

    @CFunction("umask")
    static native int umask(int mask);

    @CFunction("strerror")
    private static native CCharPointer strerror(int errno);
}
