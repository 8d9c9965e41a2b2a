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
    public static final int FD_CLOEXEC = 1;
    public static final int F_SETFD = 2;
    public static final int F_ADD_SEALS = 1033;
    /** F_SEAL_SEAL, F_SEAL_SHRINK, F_SEAL_GROW and F_SEAL_WRITE. */
    public static final int ALL_SEALS = 15;
    /** MFD_CLOEXEC and MFD_ALLOW_SEALING. */
    public static final int MFD_SEALABLE = 3;
    public static final int MADV_DONTNEED = 4;
    public static final int MFD_CLOEXEC = 1;
    public static final int MFD_NOEXEC_SEAL = 8;
    public static final int MFD_EXEC = 16;
    public static final int O_WRONLY = 1;
    public static final int O_TRUNC = 01000;
    public static final int O_CLOEXEC = 02000000;
    /** These two are among the few numbers that differ between processors. */
    public static final int O_DIRECTORY = isArm() ? 040000 : 0200000;
    public static final int O_NOFOLLOW = isArm() ? 0100000 : 0400000;
    public static final int POLLIN = 1;
    public static final short POSIX_SPAWN_SETSIGDEF = 4;
    public static final short POSIX_SPAWN_SETSIGMASK = 8;
    public static final int PR_SET_CHILD_SUBREAPER = 36;
    public static final int CLONE_NEWNS = 0x0002_0000;
    public static final int CLONE_NEWCGROUP = 0x0200_0000;
    public static final int CLONE_NEWUTS = 0x0400_0000;
    public static final int CLONE_NEWIPC = 0x0800_0000;
    public static final int CLONE_NEWNET = 0x4000_0000;
    public static final long SYS_PIDFD_OPEN = 434;
    public static final long SYS_CLOSE_RANGE = 436;
    public static final long CLOSE_RANGE_CLOEXEC = 4;
    public static final int SEEK_SET = 0;
    public static final int SIGPIPE = 13;
    public static final int SIGCHLD = 17;
    public static final long SIG_DFL = 0;
    public static final long TIOCGWINSZ = 0x5413;
    public static final int WNOHANG = 1;
    /** More than glibc's and musl's posix_spawn_file_actions_t, posix_spawnattr_t and sigset_t take. */
    public static final int OPAQUE_SIZE = 1024;

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

    @CFunction("dup2")
    public static native int dup2(int from, int to);

    /** In src-native/c/enter.c, which tells what it does. */
    @CFunction("k8s_exec_enter")
    public static native int enter(int target, int namespaces, int folder, int script, int scriptDescriptor, CCharPointer folderInGuest,
                                   CCharPointer directory, CCharPointerPointer programs, CCharPointerPointer arguments, CCharPointerPointer environment);

    @CFunction("execv")
    public static native int execv(CCharPointer path, CCharPointerPointer arguments);

    @CFunction("execve")
    public static native int execve(CCharPointer path, CCharPointerPointer arguments, CCharPointerPointer environment);

    @CFunction("fcntl")
    public static native int fcntl(int fd, int command, int argument);

    @CFunction("geteuid")
    public static native int geteuid();

    @CFunction("getcwd")
    public static native CCharPointer getcwd(CCharPointer path, UnsignedWord size);

    @CFunction("getxattr")
    public static native SignedWord getXattr(CCharPointer path, CCharPointer name, PointerBase value, UnsignedWord size);

    @CFunction("ioctl")
    public static native int ioctl(int fd, long request, PointerBase argument);

    @CFunction("lseek")
    public static native long lseek(int fd, long offset, int from);

    @CFunction("madvise")
    public static native int madvise(PointerBase start, UnsignedWord length, int advice);

    @CFunction("memfd_create")
    public static native int memfdCreate(CCharPointer name, int flags);

    @CFunction("open")
    public static native int open(CCharPointer path, int flags);

    @CFunction("pipe2")
    public static native int pipe2(CIntPointer fds, int flags);

    @CFunction("poll")
    public static native int poll(PointerBase descriptors, long count, int timeoutMillis);

    @CFunction("posix_spawn")
    public static native int posixSpawn(CIntPointer pid, CCharPointer path, PointerBase fileActions, PointerBase attributes,
                                 CCharPointerPointer arguments, CCharPointerPointer environment);

    @CFunction("posix_spawn_file_actions_init")
    public static native int posixSpawnFileActionsInit(PointerBase fileActions);

    @CFunction("posix_spawn_file_actions_adddup2")
    public static native int posixSpawnFileActionsAddDup2(PointerBase fileActions, int from, int to);

    @CFunction("posix_spawn_file_actions_addopen")
    public static native int posixSpawnFileActionsAddOpen(PointerBase fileActions, int fd, CCharPointer path, int flags, int mode);

    @CFunction("posix_spawnattr_init")
    public static native int posixSpawnAttrInit(PointerBase attributes);

    @CFunction("posix_spawnattr_setflags")
    public static native int posixSpawnAttrSetFlags(PointerBase attributes, short flags);

    @CFunction("posix_spawnattr_setsigdefault")
    public static native int posixSpawnAttrSetSigDefault(PointerBase attributes, PointerBase signals);

    @CFunction("posix_spawnattr_setsigmask")
    public static native int posixSpawnAttrSetSigMask(PointerBase attributes, PointerBase signals);

    @CFunction("prctl")
    public static native int prctl(int option, long argument2, long argument3, long argument4, long argument5);

    @CFunction("sigemptyset")
    public static native int sigEmptySet(PointerBase signals);

    @CFunction("sigfillset")
    public static native int sigFillSet(PointerBase signals);

    @CFunction("signal")
    public static native long signal(int signal, long handler);

    @CFunction("strerror")
    private static native CCharPointer strerror(int errno);

    @CFunction("syscall")
    public static native long syscall(long number, long argument1, long argument2, long argument3);

    @CFunction("waitpid")
    public static native int waitPid(int pid, CIntPointer status, int options);

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
