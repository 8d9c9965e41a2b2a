package cd.go.contrib.k8sexec.cli.target;

import static cd.go.contrib.k8sexec.cli.outcome.K8sExecException.quoted;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.protocol.InvalidValue;
import cd.go.contrib.k8sexec.protocol.Setting;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Finds the guest among the processes of the Pod. A container's main process has no parent in the Pod's PID namespace
 * and started first; process 1 is the Pod's pause process (Kubernetes, "Share Process Namespace between Containers in a
 * Pod").
 */
public final class TargetFinder {
    private static final int PAUSE = 1;
    /** What runc names its processes that are about to become a container's (libcontainer/nsenter). */
    private static final String RUNC_INIT = "runc:[";

    private static final int SETTLING_LOOKS = 5;
    private static final long SETTLING_MILLIS = 20;

    private final ProcFs proc;

    public TargetFinder(ProcFs proc) {
        this.proc = proc;
    }

    /**
     * The guest with this main process.
     *
     * @throws K8sExecException TARGET_PID_INVALID, TARGET_DEAD, TARGET_IS_AGENT or TARGET_IS_PAUSE
     */
    public Target byPid(String pid) {
        int number = parse(pid);
        ProcessInfo process = proc.process(number)
                .filter(found -> !found.ended())
                .orElseThrow(() -> new K8sExecException(
                        ErrorId.TARGET_DEAD,
                        "no process " + number + " is alive, which GO_K8S_CONTAINER_PID or --pid names",
                        "so there is no guest to enter",
                        "leave it unset, so that k8s-exec finds the guest, or look whether the guest has ended"));
        if (sharesContainerWithAgent(number)) {
            throw new K8sExecException(
                    ErrorId.TARGET_IS_AGENT,
                    "process " + number + " (" + quoted(process.command())
                            + "), which GO_K8S_CONTAINER_PID or --pid names, is in the agent's own container",
                    "so the script would not run in the guest",
                    number == PAUSE
                            ? "set shareProcessNamespace: true in the Pod, without which the guest cannot be seen"
                            : "leave it unset, so that k8s-exec finds the guest, or name the guest's main process");
        }
        if (number == PAUSE) {
            throw new K8sExecException(
                    ErrorId.TARGET_IS_PAUSE,
                    "process 1, which GO_K8S_CONTAINER_PID or --pid names, is the Pod's pause process",
                    "which has no shell and no volume",
                    "leave it unset, so that k8s-exec finds the guest, or name the guest's main process");
        }
        return Target.of(proc, process, "named by its process id");
    }

    /**
     * The only other container of the Pod.
     *
     * @throws K8sExecException TARGET_NONE or TARGET_AMBIGUOUS
     */
    public Target only() throws InterruptedException {
        List<ProcessInfo> guests = settledGuests();
        if (guests.isEmpty()) {
            throw none();
        }
        if (guests.size() > 1) {
            throw new K8sExecException(
                    ErrorId.TARGET_AMBIGUOUS,
                    "the Pod has " + guests.size() + " other containers: " + list(guests),
                    "so it is not clear where the script belongs",
                    "name one with GO_K8S_CONTAINER_NAME or --container");
        }
        return Target.of(proc, guests.get(0), "the only other container of the Pod");
    }

    /**
     * The container with this name: as Kubernetes has it, else with this container id, else with this
     * K8S_EXEC_CONTAINER in the environment of its main process.
     *
     * @throws K8sExecException TARGET_NONE, TARGET_UNKNOWN or TARGET_AMBIGUOUS
     */
    public Target byName(String name) throws InterruptedException {
        List<ProcessInfo> guests = settledGuests();
        if (guests.isEmpty()) {
            throw none();
        }
        Map<String, Predicate<ProcessInfo>> ways = new LinkedHashMap<>();
        ways.put(
                "the container named " + name,
                guest -> proc.containerName(guest.pid()).filter(name::equals).isPresent());
        ways.put("the container with the id " + name, guest -> hasContainerId(guest, name));
        ways.put(
                "the container with K8S_EXEC_CONTAINER=" + name,
                guest -> hasVariable(guest, "K8S_EXEC_CONTAINER=" + name));
        for (var way : ways.entrySet()) {
            List<ProcessInfo> matching = guests.stream().filter(way.getValue()).toList();
            if (matching.size() == 1) {
                return Target.of(proc, matching.get(0), way.getKey());
            }
            if (matching.size() > 1) {
                throw new K8sExecException(
                        ErrorId.TARGET_AMBIGUOUS,
                        matching.size() + " containers match " + quoted(name) + ": " + list(matching),
                        "so it is not clear where the script belongs",
                        "use a name or an id that only one has");
            }
        }
        throw new K8sExecException(
                ErrorId.TARGET_UNKNOWN,
                "no container matches " + quoted(name) + "; there are: " + list(guests),
                "so there is no guest to enter",
                "correct the task's container, GO_K8S_CONTAINER_NAME or --container");
    }

    /**
     * What a container runtime starts in a container, a probe say, is for some milliseconds a process without a parent
     * in mount namespaces of its own: if there seem to be several guests, only those count that are still there
     * after a while.
     */
    private List<ProcessInfo> settledGuests() throws InterruptedException {
        List<ProcessInfo> guests = guests();
        for (int look = 0; look < SETTLING_LOOKS && guests.size() > 1; look++) {
            Thread.sleep(SETTLING_MILLIS);
            Set<Integer> now = guests().stream().map(ProcessInfo::pid).collect(Collectors.toSet());
            guests = guests.stream().filter(guest -> now.contains(guest.pid())).toList();
        }
        return guests;
    }

    /** The main processes of all containers but the agent's and pause, the oldest first. */
    public List<ProcessInfo> guests() {
        return containers().stream()
                .filter(container -> container.role() == Container.Role.GUEST)
                .map(Container::main)
                .toList();
    }

    /**
     * The containers of the Pod, the oldest first; only the agent's own if the Pod's containers do not share their
     * processes.
     */
    public List<Container> containers() {
        List<ProcessInfo> processes = new ArrayList<>(proc.processes());
        processes.sort(Comparator.comparing((ProcessInfo process) -> process.parent() != 0)
                .thenComparingLong(ProcessInfo::startTicks)
                .thenComparingInt(ProcessInfo::pid));
        Function<Object, String> key = containerKey(processes);
        Map<String, List<ProcessInfo>> groups = new LinkedHashMap<>();
        for (ProcessInfo process : processes) {
            if (!process.command().startsWith(RUNC_INIT)) {
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
            } else if (main.parent() == 0) {
                containers.add(new Container(Container.Role.GUEST, main, members));
            }
            // else it is no container: somebody's unshare, or a script of ours in a guest that ended
        });
        return containers;
    }

    /**
     * What all processes of a container share and no other does: the mount namespace; if that of some may not be
     * looked at, for all of them the number of the mount that is their root, which anybody may read. (Not the control
     * group: it is relative to the reader's.)
     */
    private Function<Object, String> containerKey(List<ProcessInfo> processes) {
        Map<Object, String> namespaces = new HashMap<>();
        processes.forEach(process -> proc.namespace(process.pid(), Namespace.MOUNT)
                .ifPresent(namespace -> namespaces.put(process.pid(), namespace)));
        proc.namespace("self", Namespace.MOUNT).ifPresent(namespace -> namespaces.put("self", namespace));
        if (processes.stream().allMatch(process -> process.pid() == PAUSE || namespaces.containsKey(process.pid()))) {
            // another user's, usually, and the only process of its container
            namespaces.putIfAbsent(PAUSE, "pause");
            return process -> namespaces.getOrDefault(process, "");
        }
        return process -> proc.rootMount(process).orElse(namespaces.getOrDefault(process, ""));
    }

    private boolean sharesContainerWithAgent(int pid) {
        Optional<String> theirs = proc.namespace(pid, Namespace.MOUNT);
        return theirs.isPresent()
                ? theirs.equals(proc.namespace("self", Namespace.MOUNT))
                : proc.rootMount(pid).equals(proc.rootMount("self"));
    }

    private boolean hasContainerId(ProcessInfo guest, String id) {
        return id.length() >= 12
                && proc.controlGroup(guest.pid())
                        .filter(groups -> groups.contains(id))
                        .isPresent();
    }

    private boolean hasVariable(ProcessInfo guest, String entry) {
        String environment = proc.environment(guest.pid())
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                .orElse("");
        return ("\0" + environment).contains("\0" + entry + "\0");
    }

    private String list(List<ProcessInfo> guests) {
        List<String> lines = new ArrayList<>();
        for (ProcessInfo guest : guests) {
            lines.add(proc.containerName(guest.pid()).orElse("(no name)") + " (process " + guest.pid() + ", "
                    + quoted(proc.commandLine(guest.pid())) + ")");
        }
        return String.join(", ", lines);
    }

    private static K8sExecException none() {
        return new K8sExecException(
                ErrorId.TARGET_NONE,
                "no other container can be seen from the agent",
                "so there is no guest to enter",
                "set shareProcessNamespace: true in the Pod, and give the guest a command that keeps running");
    }

    private static int parse(String pid) {
        try {
            return (Integer) Setting.PID.parse(pid);
        } catch (InvalidValue e) {
            throw new K8sExecException(
                    ErrorId.TARGET_PID_INVALID,
                    "GO_K8S_CONTAINER_PID or --pid is " + quoted(pid),
                    "which " + e.reason(),
                    e.remedy());
        }
    }
}
