package cd.go.contrib.k8sexec.cli.target;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The containers of the Pod, by its processes. A container's main process has no parent in the Pod's PID namespace and
 * started first; process 1 is the Pod's pause process (Kubernetes, "Share Process Namespace between Containers in a
 * Pod").
 */
public final class Containers {
    static final int PAUSE = 1;
    /** What runc names its processes that are about to become a container's (libcontainer/nsenter). */
    private static final String RUNC_INIT = "runc:[";

    private static final Comparator<ProcessInfo> OLDEST =
            Comparator.comparingLong(ProcessInfo::startTicks).thenComparingInt(ProcessInfo::pid);

    private final ProcFs proc;
    /** Null until it is known. */
    private Boolean node;

    public Containers(ProcFs proc) {
        this.proc = proc;
    }

    /** Whether process 1 is of the agent's own container: then the Pod's containers do not share their processes. */
    public boolean isAgentAlone() {
        return isAgents(PAUSE) && !isNode();
    }

    /** Whether the processes of the whole node can be seen: the Pod has {@code hostPID: true}. */
    public boolean isNode() {
        if (node == null) {
            node = proc.process(PAUSE + 1).filter(ProcessInfo::isKernelThread).isPresent();
        }
        return node;
    }

    /**
     * Whether a process may be of this Pod. On a node's PID namespace only one that carries this Pod's UID is; in a
     * Pod's own, every process.
     */
    boolean isOfThisPod(int pid) {
        return !isNode() || carriesUid(pid);
    }

    private boolean carriesUid(int pid) {
        Optional<String> uid = proc.podUid(pid);
        return uid.isPresent() && uid.equals(proc.podUid("self"));
    }

    /** Whether it is of the agent's own container. */
    boolean isAgents(int pid) {
        Optional<String> theirs = proc.namespace(pid, Namespace.MOUNT);
        return theirs.isPresent()
                ? theirs.equals(proc.namespace("self", Namespace.MOUNT))
                : proc.rootMount(pid).equals(proc.rootMount("self"));
    }

    /**
     * The main processes of all containers but the agent's and pause, the oldest first. Of processes that have a parent
     * nothing is read, for a Pod may have thousands; but on the node's PID namespace main processes have one, too.
     */
    public List<ProcessInfo> guests() {
        return (isNode() ? all() : all(proc.parentless()))
                .stream()
                        .filter(container -> container.role() == Container.Role.GUEST)
                        .map(Container::main)
                        .toList();
    }

    /** All of them with all their processes, the oldest first. */
    public List<Container> all() {
        return all(proc.processes());
    }

    private List<Container> all(List<ProcessInfo> found) {
        List<ProcessInfo> processes = new ArrayList<>(found);
        processes.sort(Comparator.comparing((ProcessInfo process) -> process.parent() != 0)
                .thenComparing(OLDEST));
        Function<Object, String> key = key(processes);
        boolean node = isNode();
        Map<String, List<ProcessInfo>> groups = new LinkedHashMap<>();
        for (ProcessInfo process : processes) {
            if (!process.command().startsWith(RUNC_INIT) && (!node || carriesUid(process.pid()))) {
                groups.computeIfAbsent(key.apply(process.pid()), unused -> new ArrayList<>())
                        .add(process);
            }
        }
        groups.remove("");
        String own = key.apply("self");
        List<Container> containers = new ArrayList<>();
        groups.forEach((group, members) -> {
            ProcessInfo main = members.get(0);
            if (group.equals(own)) {
                containers.add(new Container(Container.Role.AGENT, main, members));
            } else if (main.pid() == PAUSE) {
                containers.add(new Container(Container.Role.PAUSE, main, members));
            } else if (main.parent() == 0 || node) {
                containers.add(new Container(Container.Role.GUEST, main, members));
            }
            // else it is no container: somebody's unshare, or a script of ours in a guest that ended
        });
        return containers;
    }

    /**
     * What all processes of a container share and no other does: the mount namespace; if that of some may not be looked
     * at, for all of them the number of the mount that is their root, which anybody may read. (Not the control group:
     * it is relative to the reader's.)
     */
    private Function<Object, String> key(List<ProcessInfo> processes) {
        Map<Object, String> namespaces = new HashMap<>();
        processes.forEach(process -> proc.namespace(process.pid(), Namespace.MOUNT)
                .ifPresent(namespace -> namespaces.put(process.pid(), namespace)));
        proc.namespace("self", Namespace.MOUNT).ifPresent(namespace -> namespaces.put("self", namespace));
        if (processes.stream().allMatch(process -> process.pid() == PAUSE || namespaces.containsKey(process.pid()))) {
            // another user's, usually, and the only process of its container
            namespaces.putIfAbsent(PAUSE, "pause");
            return process -> namespaces.getOrDefault(process, "");
        }
        String own = namespaces.get("self");
        String ownRoot = proc.rootMount("self").orElse("");
        // a program that k8s-exec has brought into a guest by chroot(2) has no mounts to see, and is in ours
        return process -> own != null && own.equals(namespaces.get(process))
                ? ownRoot
                : proc.rootMount(process).orElse(namespaces.getOrDefault(process, ""));
    }
}
