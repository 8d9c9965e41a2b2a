package cd.go.contrib.k8sexec.cli.target;

import cd.go.contrib.k8sexec.cli.platform.Platform;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The processes of this PID namespace, read from /proc. What it says comes from processes that are not trusted and may
 * end between two looks: an answer that cannot be had is empty, never an error.
 *
 * @param root where procfs is mounted, usually /proc
 */
public record ProcFs(Path root) {
    /** Where every container has it (OCI runtime specification, "Default Filesystems"). */
    private static final ProcFs MOUNTED = new ProcFs(Path.of("/proc"));
    /** In which Linux tells times to programs, on all of its machines that matter here (USER_HZ, time(7)). */
    private static final int TICKS_PER_SECOND = 100;

    private static final Pattern MOUNT_ID = Pattern.compile("^mnt_id:\\s*(\\d+)$", Pattern.MULTILINE);

    public Optional<ProcessInfo> process(int pid) {
        return read(pid, "stat").flatMap(ProcFs::parsed).filter(process -> process.pid() == pid);
    }

    /** This machine's. */
    public static ProcFs mounted() {
        return MOUNTED;
    }

    /** This process; java.lang.ProcessHandle would read more to say less. */
    public Optional<ProcessInfo> self() {
        return read("self", "stat").flatMap(ProcFs::parsed);
    }

    private static Optional<ProcessInfo> parsed(byte[] stat) {
        try {
            return Optional.of(ProcessInfo.parse(stat));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** All processes that have not ended. */
    public List<ProcessInfo> processes() {
        return processes(false);
    }

    /**
     * Those of them whose parent is outside this PID namespace: the containers' main processes, and what a container
     * runtime starts in a container.
     */
    public List<ProcessInfo> parentless() {
        List<ProcessInfo> processes = processes(true);
        processes.removeIf(process -> process.parent() != 0);
        return processes;
    }

    private List<ProcessInfo> processes(boolean parentless) {
        List<ProcessInfo> processes = new ArrayList<>();
        for (int pid : Platform.CURRENT.processes(root, parentless)) {
            process(pid).filter(process -> !process.ended()).ifPresent(processes::add);
        }
        return processes;
    }

    /**
     * What identifies a namespace of a process, like "mnt:[4026531841]".
     *
     * @param process a process id, or "self"
     * @return empty if the process is gone or this process may not look (ptrace(2), "access mode checking")
     */
    public Optional<String> namespace(Object process, Namespace namespace) {
        return Platform.CURRENT.link(root + "/" + process + "/ns/" + namespace.fileName());
    }

    /** The file that stands for a namespace of a process: whoever opens it holds the namespace. */
    public Path namespaceFile(Object process, Namespace namespace) {
        return root.resolve(process + "/ns/" + namespace.fileName());
    }

    /** What /proc has of a process by this name, like "root", which leads to its root directory (proc_pid_root(5)). */
    public Path file(int pid, String name) {
        return root.resolve(pid + "/" + name);
    }

    /**
     * The environment as NUL-ended "NAME=value" entries; empty if the process is gone or this process may not look.
     */
    public Optional<byte[]> environment(int pid) {
        return read(pid, "environ");
    }

    /**
     * Its user, capabilities and memory.
     *
     * @param process a process id, or "self"
     */
    public Optional<ProcessStatus> status(Object process) {
        return read(process, "status")
                .map(ProcessStatus::parse)
                .filter(status -> status.uids().size() == 4 && status.gids().size() == 4);
    }

    /** The effective user and group as "UID:GID". */
    public Optional<String> user(int pid) {
        return status(pid).map(status -> status.uid() + ":" + status.gid());
    }

    /** This process's own command line as NUL-ended words. */
    public byte[] ownArguments() {
        return read("self", "cmdline").orElse(new byte[0]);
    }

    /**
     * Its working directory, as it sees it itself if that is within its mounts (proc_pid_cwd(5)).
     *
     * @param process a process id, or "self"
     */
    public Optional<Path> workingDirectory(Object process) {
        return link(root.resolve(process + "/cwd")).map(Path::of);
    }

    /**
     * The arguments joined by spaces, as their process set them; empty for a kernel thread or a process that is gone.
     */
    public String commandLine(int pid) {
        return read(pid, "cmdline")
                .map(line -> new String(line, StandardCharsets.UTF_8)
                        .replace('\0', ' ')
                        .strip())
                .orElse("");
    }

    /** The path of the program that it is, as it was found in its container; empty if this process may not look. */
    public Optional<String> executable(int pid) {
        return link(root.resolve(pid + "/exe"));
    }

    /** Whether it is the same program as this process, wherever that lies and whatever its name. */
    public boolean isExecutableOfThis(int pid) {
        try {
            return Files.isSameFile(root.resolve("self/exe"), root.resolve(pid + "/exe"));
        } catch (IOException e) {
            return false;
        }
    }

    private static Optional<String> link(Path file) {
        try {
            return Optional.of(Files.readSymbolicLink(file).toString());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /**
     * The paths of its control groups, without the hierarchies' names: the same for all processes that a container
     * runtime put together.
     */
    public Optional<String> controlGroup(Object process) {
        return read(process, "cgroup").map(groups -> new String(groups, StandardCharsets.UTF_8));
    }

    /** The name of its container as Kubernetes has it ({@link KubernetesNames}). */
    public Optional<String> containerName(int pid) {
        return KubernetesNames.container(mounts(pid, KubernetesNames.PODS));
    }

    /**
     * The UID of its Pod, as kubelet's mounts have it, or else the path of the control group, if that can be seen.
     *
     * @param process a process id, or "self"
     */
    public Optional<String> podUid(Object process) {
        return KubernetesNames.podUid(mounts(process, KubernetesNames.PODS))
                .or(() -> controlGroup(process).flatMap(KubernetesNames::podUid));
    }

    /** What tells this boot of the machine from all others, of all machines. */
    public Optional<String> bootId() {
        return read("sys/kernel/random", "boot_id").map(id -> new String(id, StandardCharsets.US_ASCII).strip());
    }

    /** Its container's id, if the path of its control group ends in one. */
    public Optional<String> containerId(int pid) {
        return controlGroup(pid).flatMap(KubernetesNames::containerId);
    }

    /**
     * The mounts that it sees, in the order in which they were made; none if it is gone.
     *
     * @param process a process id, or "self"
     */
    public List<Mount> mounts(Object process) {
        return mounts(process, "");
    }

    private List<Mount> mounts(Object process, String text) {
        return read(process, "mountinfo")
                .map(bytes -> Mount.parse(new String(bytes, StandardCharsets.UTF_8), text))
                .orElse(List.of());
    }

    /** The number of the mount that is its root, which no other container's process has (see {@link Mount#id}). */
    public Optional<String> rootMount(Object process) {
        return mounts(process).stream()
                .filter(mount -> mount.point().equals("/"))
                .map(Mount::id)
                .reduce((first, last) -> last);
    }

    /** The numbers of the mounts at its root, one on top of the other; none if it has its root elsewhere. */
    public Set<String> rootMounts(Object process) {
        return mounts(process).stream()
                .filter(mount -> mount.point().equals("/"))
                .map(Mount::id)
                .collect(Collectors.toSet());
    }

    /** What this process has open at a descriptor, like "mnt:[4026531841]". */
    public Optional<String> opened(int descriptor) {
        return link(root.resolve("self/fd/" + descriptor));
    }

    /** The number of the mount on which a file lies that this process has open (proc_pid_fdinfo(5)). */
    public Optional<String> mountOf(int descriptor) {
        return read("self", "fdinfo/" + descriptor)
                .map(info -> MOUNT_ID.matcher(new String(info, StandardCharsets.US_ASCII)))
                .filter(Matcher::find)
                .map(id -> id.group(1));
    }

    /** How long it has been running; zero if that is not known. */
    public Duration age(ProcessInfo process) {
        return Duration.ofMillis(Math.max(0, ticks() - process.startTicks()) * 1000 / TICKS_PER_SECOND);
    }

    /** What a process that started now would have as its {@link ProcessInfo#startTicks}; 0 if that is not known. */
    public long ticks() {
        try {
            return read("", "uptime")
                    .map(bytes -> new String(bytes, StandardCharsets.US_ASCII).split(" ")[0])
                    .map(seconds -> Math.round(Double.parseDouble(seconds) * TICKS_PER_SECOND))
                    .orElse(0L);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /**
     * A file of a process.
     *
     * @param process a process id, or "self"
     */
    Optional<byte[]> read(Object process, String file) {
        return Platform.CURRENT.content(root + "/" + process + "/" + file);
    }
}
