package cd.go.contrib.k8sexec.cli.target;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The processes of this PID namespace, read from /proc. What it says comes from processes that are not trusted and may end between two
 * looks: an answer that cannot be had is empty, never an error.
 *
 * @param root where procfs is mounted, usually /proc
 */
public record ProcFs(Path root) {

    public Optional<ProcessInfo> process(int pid) {
        return read(pid, "stat").flatMap(stat -> {
            try {
                return Optional.of(ProcessInfo.parse(stat)).filter(process -> process.pid() == pid);
            } catch (IllegalArgumentException e) {
                return Optional.empty();
            }
        });
    }

    /** All processes that have not ended. */
    public List<ProcessInfo> processes() {
        List<ProcessInfo> processes = new ArrayList<>();
        String[] names = root.toFile().list();
        for (String name : names == null ? new String[0] : names) {
            if (Character.isDigit(name.charAt(0))) {
                process(Integer.parseInt(name)).filter(process -> !process.ended()).ifPresent(processes::add);
            }
        }
        return processes;
    }

    /**
     * What identifies a namespace of a process, like "mnt:[4026531841]".
     *
     * @param process a process id, or "self"
     * @return empty where the process is gone or this process may not look (ptrace(2), "access mode checking")
     */
    public Optional<String> namespace(Object process, Namespace namespace) {
        try {
            return Optional.of(Files.readSymbolicLink(root.resolve(process + "/ns/" + namespace.fileName())).toString());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** The environment as NUL-ended "NAME=value" entries; empty where the process is gone or this process may not look. */
    public Optional<byte[]> environment(int pid) {
        return read(pid, "environ");
    }

    /** The effective user and group as "UID:GID". */
    public Optional<String> user(int pid) {
        return read(pid, "status").map(bytes -> {
            String status = new String(bytes, StandardCharsets.ISO_8859_1);
            return effectiveId(status, "\nUid:") + ":" + effectiveId(status, "\nGid:");
        });
    }

    /** The second of the four ids on a line of /proc/PID/status. */
    private static String effectiveId(String status, String line) {
        int start = status.indexOf(line);
        return start < 0 ? "" : status.substring(start + line.length(), status.indexOf('\n', start + 1)).strip().split("\\s+")[1];
    }

    /** The arguments joined by spaces, as their process set them; empty for a kernel thread or a process that is gone. */
    public String commandLine(int pid) {
        return read(pid, "cmdline").map(line -> new String(line, StandardCharsets.UTF_8).replace('\0', ' ').strip()).orElse("");
    }

    /** The paths of its control groups, without the hierarchies' names: the same for all processes that a container runtime put together. */
    public Optional<String> controlGroup(Object process) {
        return read(process, "cgroup").map(groups -> new String(groups, StandardCharsets.UTF_8));
    }

    /**
     * The name of its container as Kubernetes has it: kubelet mounts a file below {@code …/pods/UID/containers/NAME/} on
     * /dev/termination-log, and the source of a mount is in /proc/PID/mountinfo (proc_pid_mountinfo(5)), which anybody may read.
     */
    public Optional<String> containerName(int pid) {
        String mounts = read(pid, "mountinfo").map(bytes -> new String(bytes, StandardCharsets.UTF_8)).orElse("");
        for (String mount : mounts.split("\n")) {
            String[] fields = mount.split(" ", 6);
            if (fields.length == 6 && fields[4].equals("/dev/termination-log")) {
                String[] source = fields[3].split("/");
                if (source.length > 3 && source[source.length - 3].equals("containers")) {
                    return Optional.of(source[source.length - 2]);
                }
            }
        }
        return Optional.empty();
    }

    private Optional<byte[]> read(Object process, String file) {
        try (InputStream in = new FileInputStream(root + "/" + process + "/" + file)) {
            return Optional.of(in.readAllBytes());
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
