package cd.go.contrib.k8sexec.cli.launch;

import cd.go.contrib.k8sexec.cli.libc.Libc;
import cd.go.contrib.k8sexec.cli.staging.StagedRun;
import cd.go.contrib.k8sexec.cli.target.Namespace;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.graalvm.nativeimage.PinnedObject;
import org.graalvm.nativeimage.StackValue;
import org.graalvm.nativeimage.UnmanagedMemory;
import org.graalvm.nativeimage.c.type.CCharPointer;
import org.graalvm.nativeimage.c.type.CCharPointerPointer;
import org.graalvm.nativeimage.c.type.CIntPointer;
import org.graalvm.word.PointerBase;

/**
 * Starts the child by posix_spawn(3), or in the guest by src-native/c/enter.c, and makes this process the reaper of all that the child leaves (PR_SET_CHILD_SUBREAPER, prctl(2)), so
 * that no descendant can leave the tree. The child gets default signal handling, an empty signal mask and no open file but 0, 1 and 2.
 * Few children for each process: what is allocated for one is never freed.
 *
 * @param output where the children print, or null
 */
public record PosixLauncher(Path output) implements Launcher {

    /** For the service's loader. */
    public PosixLauncher() {
        this(null);
    }

    @Override
    public Launcher capturing(Path output) {
        return new PosixLauncher(output);
    }

    @Override
    public boolean passesScript() {
        return true;
    }

    @Override
    public boolean canEnter(Plan plan) {
        // who is not root may not, but perhaps its nsenter
        return output == null && Libc.geteuid() == 0 && plan.isPlain();
    }

    @Override
    public Optional<Child> enter(Plan plan, StagedRun staged) {
        if (!canEnter(plan)) {
            return Optional.empty();
        }
        int guest = (int) Libc.syscall(Libc.SYS_PIDFD_OPEN, plan.target().pid(), 0, 0);
        try (PinnedObject environment = PinnedObject.create(plan.shellEnvironment(staged.id()))) {
            becomeReaper();
            int script = sealedFile(plan.script());
            closeOnExec();
            List<String> arguments = new ArrayList<>(plan.interpreter().words().stream().map(ByteString::of).toList());
            arguments.add("/proc/self/fd/" + LaunchProgram.SCRIPT_DESCRIPTOR);
            int pid = Libc.enter(guest, flags(plan.target().namespaces()), staged.descriptor(), script, LaunchProgram.SCRIPT_DESCRIPTOR,
                Libc.string(ByteString.of(plan.runFolder())), Libc.string(plan.directory()), strings(plan.shellPaths()), strings(arguments),
                entries(environment));
            Libc.close(script);
            return pid < 0 ? Optional.empty() : Optional.of(new PosixChild(pid, -1));
        } catch (IOException e) {
            return Optional.empty();
        } finally {
            Libc.close(guest);
        }
    }

    private static int flags(Set<Namespace> namespaces) {
        int flags = 0;
        for (Namespace namespace : namespaces) {
            flags |= switch (namespace) {
                case CGROUP -> Libc.CLONE_NEWCGROUP;
                case IPC -> Libc.CLONE_NEWIPC;
                case UTS -> Libc.CLONE_NEWUTS;
                case NETWORK -> Libc.CLONE_NEWNET;
                case MOUNT -> Libc.CLONE_NEWNS;
                case USER, PID, TIME -> throw new IllegalArgumentException(namespace.toString());
            };
        }
        return flags;
    }

    /** Pointers to the NUL-ended strings that lie one behind the other in an array of bytes. */
    private static CCharPointerPointer entries(PinnedObject bytes) {
        byte[] block = (byte[]) bytes.getObject();
        int count = 0;
        for (byte b : block) {
            count += b == 0 ? 1 : 0;
        }
        CCharPointerPointer array = UnmanagedMemory.calloc(Long.BYTES * (count + 1));
        int start = 0;
        for (int i = 0; i < count; i++) {
            array.write(i, bytes.addressOfArrayElement(start));
            while (block[start++] != 0) {
                // on to the end of this one
            }
        }
        return array;
    }

    private static void becomeReaper() {
        // where our parent ignores it, so would we, and the kernel would throw the child's exit status away (wait(2))
        Libc.signal(Libc.SIGCHLD, Libc.SIG_DFL);
        Libc.prctl(Libc.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    }

    @Override
    public Child start(List<String> command, Map<String, String> environment, byte[] script) throws IOException {
        becomeReaper();
        int file = sealedFile(script);
        closeOnExec();
        CIntPointer pipe = UnmanagedMemory.malloc(8);
        check("pipe2", Libc.pipe2(pipe, Libc.O_CLOEXEC) == 0);
        CIntPointer pid = UnmanagedMemory.malloc(4);
        CCharPointerPointer arguments = strings(command);
        int error = Libc.posixSpawn(pid, arguments.read(0), files(pipe.read(0), file), defaultSignals(), arguments,
            strings(entries(environment)));
        if (error != 0) {
            throw new IOException("posix_spawn: " + Libc.message(error));
        }
        Libc.close(pipe.read(0));
        return new PosixChild(pid.read(), pipe.read(1));
    }

    @Override
    public int become(List<String> command, Map<String, String> environment, byte[] program) throws IOException {
        // the image ignores it, and what is ignored stays so; a child subreaper stays one, too
        Libc.signal(Libc.SIGPIPE, Libc.SIG_DFL);
        Libc.prctl(Libc.PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0);
        int file = sealedFile(program);
        // for a shell that cannot open it anew
        check("lseek", Libc.lseek(file, 0, Libc.SEEK_SET) == 0);
        closeOnExec();
        if (file == LaunchProgram.SCRIPT_DESCRIPTOR) {
            check("fcntl", Libc.fcntl(file, Libc.F_SETFD, 0) == 0);
        } else {
            check("dup2", Libc.dup2(file, LaunchProgram.SCRIPT_DESCRIPTOR) >= 0);
        }
        CCharPointerPointer arguments = strings(command);
        Libc.execve(arguments.read(0), arguments, strings(entries(environment)));
        throw new IOException("execve: " + Libc.message(Libc.errno()));
    }

    private static List<String> entries(Map<String, String> environment) {
        return environment.entrySet().stream().map(variable -> variable.getKey() + "=" + variable.getValue()).toList();
    }

    /** What Java opened is not the script's. */
    private static void closeOnExec() {
        if (Libc.syscall(Libc.SYS_CLOSE_RANGE, 3, Integer.MAX_VALUE, Libc.CLOSE_RANGE_CLOEXEC) != 0) {
            // Linux before 5.11
            for (int fd = 3; fd < 1024; fd++) {
                Libc.fcntl(fd, Libc.F_SETFD, Libc.FD_CLOEXEC);
            }
        }
    }

    /** A file without a name, which nobody can change any more (memfd_create(2)). */
    private static int sealedFile(byte[] content) throws IOException {
        CCharPointer name = Libc.string("script");
        int file = Libc.memfdCreate(name, Libc.MFD_SEALABLE);
        if (file < 0) {
            // where the sysctl vm.memfd_noexec demands it; Linux before 6.3 does not know it
            file = Libc.memfdCreate(name, Libc.MFD_SEALABLE | Libc.MFD_NOEXEC_SEAL);
        }
        check("memfd_create", file >= 0);
        check("write", Libc.writeFully(file, content));
        check("fcntl", Libc.fcntl(file, Libc.F_ADD_SEALS, Libc.ALL_SEALS) == 0);
        return file;
    }

    private PointerBase files(int standardInput, int script) {
        PointerBase actions = UnmanagedMemory.calloc(Libc.OPAQUE_SIZE);
        Libc.posixSpawnFileActionsInit(actions);
        Libc.posixSpawnFileActionsAddDup2(actions, standardInput, 0);
        Libc.posixSpawnFileActionsAddDup2(actions, script, LaunchProgram.SCRIPT_DESCRIPTOR);
        if (output != null) {
            Libc.posixSpawnFileActionsAddOpen(actions, 1, Libc.string(output.toString()), Libc.O_WRONLY | Libc.O_TRUNC, 0);
            Libc.posixSpawnFileActionsAddDup2(actions, 1, 2);
        }
        return actions;
    }

    private static PointerBase defaultSignals() {
        PointerBase attributes = UnmanagedMemory.calloc(Libc.OPAQUE_SIZE);
        PointerBase signals = UnmanagedMemory.calloc(Libc.OPAQUE_SIZE);
        Libc.posixSpawnAttrInit(attributes);
        Libc.posixSpawnAttrSetFlags(attributes, (short) (Libc.POSIX_SPAWN_SETSIGDEF | Libc.POSIX_SPAWN_SETSIGMASK));
        Libc.sigFillSet(signals);
        Libc.posixSpawnAttrSetSigDefault(attributes, signals);
        Libc.sigEmptySet(signals);
        Libc.posixSpawnAttrSetSigMask(attributes, signals);
        return attributes;
    }

    private static CCharPointerPointer strings(List<String> strings) {
        CCharPointerPointer array = UnmanagedMemory.calloc(Long.BYTES * (strings.size() + 1));
        for (int i = 0; i < strings.size(); i++) {
            array.write(i, Libc.string(strings.get(i)));
        }
        return array;
    }

    private static void check(String function, boolean succeeded) throws IOException {
        if (!succeeded) {
            throw new IOException(function + ": " + Libc.message(Libc.errno()));
        }
    }

    private record PosixChild(int pid, int stdin) implements Child {
        /** A script that ends in this time is not worth the time that it takes to give memory back, and to have it again. */
        private static final int SHORT_MILLIS = 200;

        @Override
        public void feed(ByteBuffer input) {
            // where that fails with a broken pipe, the child has ended, and its exit status says more
            Libc.writeFully(stdin, input.array(), input.limit());
            Libc.close(stdin);
        }

        @Override
        public Status await() {
            if (!endsWithin(SHORT_MILLIS)) {
                ResidentMemory.release();
            }
            CIntPointer status = UnmanagedMemory.malloc(4);
            while (true) {
                int ended = Libc.waitPid(-1, status, 0);
                if (ended == pid) {
                    int signal = status.read() & 0x7f;
                    return signal == 0 ? new Status(status.read() >> 8 & 0xff, 0) : new Status(128 + signal, signal);
                }
                if (ended < 0 && Libc.errno() != Libc.EINTR) {
                    throw new IllegalStateException("wait: " + Libc.message(Libc.errno()));
                }
            }
        }

        /** Also where the kernel cannot tell: Linux before 5.3. */
        private boolean endsWithin(int millis) {
            int process = (int) Libc.syscall(Libc.SYS_PIDFD_OPEN, pid, 0, 0);
            if (process < 0) {
                return false;
            }
            // struct pollfd: a descriptor, and two masks of events
            CIntPointer poll = StackValue.get(8);
            poll.write(0, process);
            poll.write(1, Libc.POLLIN);
            boolean ended = Libc.poll(poll, 1, millis) > 0;
            Libc.close(process);
            return ended;
        }

        /** All that descends from the child is this process's own child by now, or a child of one. */
        @Override
        public boolean mayHaveLeftProcesses() {
            CIntPointer status = UnmanagedMemory.malloc(4);
            int ended;
            do {
                ended = Libc.waitPid(-1, status, Libc.WNOHANG);
            } while (ended > 0);
            return ended == 0;
        }
    }
}
