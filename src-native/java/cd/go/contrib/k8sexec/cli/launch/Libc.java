package cd.go.contrib.k8sexec.cli.launch;

import org.graalvm.nativeimage.c.function.CFunction;
import org.graalvm.nativeimage.c.type.CCharPointer;
import org.graalvm.nativeimage.c.type.CCharPointerPointer;
import org.graalvm.nativeimage.c.type.CIntPointer;
import org.graalvm.word.PointerBase;
import org.graalvm.word.SignedWord;
import org.graalvm.word.UnsignedWord;

/** The C library's functions that the native executable calls, and Linux' numbers for them (the same on x86-64 and arm64). */
final class Libc {
    static final int EINTR = 4;
    static final int FD_CLOEXEC = 1;
    static final int F_SETFD = 2;
    static final int O_CLOEXEC = 02000000;
    static final short POSIX_SPAWN_SETSIGDEF = 4;
    static final short POSIX_SPAWN_SETSIGMASK = 8;
    static final int PR_SET_CHILD_SUBREAPER = 36;
    static final long SYS_CLOSE_RANGE = 436;
    static final long CLOSE_RANGE_CLOEXEC = 4;
    static final int WNOHANG = 1;
    /** More than glibc's and musl's posix_spawn_file_actions_t, posix_spawnattr_t and sigset_t take. */
    static final int OPAQUE_SIZE = 1024;

    private Libc() {
    }

    @CFunction("__errno_location")
    static native CIntPointer errnoLocation();

    @CFunction("close")
    static native int close(int fd);

    @CFunction("fcntl")
    static native int fcntl(int fd, int command, int argument);

    @CFunction("pipe2")
    static native int pipe2(CIntPointer fds, int flags);

    @CFunction("posix_spawn")
    static native int posixSpawn(CIntPointer pid, CCharPointer path, PointerBase fileActions, PointerBase attributes,
                                 CCharPointerPointer arguments, CCharPointerPointer environment);

    @CFunction("posix_spawn_file_actions_init")
    static native int posixSpawnFileActionsInit(PointerBase fileActions);

    @CFunction("posix_spawn_file_actions_adddup2")
    static native int posixSpawnFileActionsAddDup2(PointerBase fileActions, int from, int to);

    @CFunction("posix_spawnattr_init")
    static native int posixSpawnAttrInit(PointerBase attributes);

    @CFunction("posix_spawnattr_setflags")
    static native int posixSpawnAttrSetFlags(PointerBase attributes, short flags);

    @CFunction("posix_spawnattr_setsigdefault")
    static native int posixSpawnAttrSetSigDefault(PointerBase attributes, PointerBase signals);

    @CFunction("posix_spawnattr_setsigmask")
    static native int posixSpawnAttrSetSigMask(PointerBase attributes, PointerBase signals);

    @CFunction("prctl")
    static native int prctl(int option, long argument2, long argument3, long argument4, long argument5);

    @CFunction("sigemptyset")
    static native int sigEmptySet(PointerBase signals);

    @CFunction("sigfillset")
    static native int sigFillSet(PointerBase signals);

    @CFunction("syscall")
    static native long syscall(long number, long argument1, long argument2, long argument3);

    @CFunction("waitpid")
    static native int waitPid(int pid, CIntPointer status, int options);

    @CFunction("write")
    static native SignedWord write(int fd, PointerBase bytes, UnsignedWord count);
}
