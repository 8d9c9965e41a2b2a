package cd.go.contrib.k8sexec.cli.target;

import static cd.go.contrib.k8sexec.cli.outcome.K8sExecException.quoted;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.protocol.InvalidValue;
import cd.go.contrib.k8sexec.protocol.Setting;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Finds the guest among the containers of the Pod. */
public final class TargetFinder {
    private static final Set<ErrorId> MAY_COME_YET =
            Set.of(ErrorId.TARGET_NONE, ErrorId.TARGET_UNKNOWN, ErrorId.TARGET_DEAD);

    private static final int SETTLING_LOOKS = 5;
    private static final long SETTLING_MILLIS = 20;

    private final ProcFs proc;
    private final Containers containers;
    private final Optional<Path> sharedRoot;
    private final SeenGuests seen;

    /** @param sharedRoot where the agent has the volume that it shares with the guest; empty if that is not known */
    public TargetFinder(ProcFs proc, Optional<Path> sharedRoot) {
        this(proc, sharedRoot, SeenGuests.of(proc));
    }

    TargetFinder(ProcFs proc, Optional<Path> sharedRoot, SeenGuests seen) {
        this.proc = proc;
        this.containers = new Containers(proc);
        this.sharedRoot = sharedRoot;
        this.seen = seen;
    }

    /**
     * The guest with this main process.
     *
     * @throws K8sExecException TARGET_PID_INVALID, TARGET_DEAD, TARGET_FOREIGN, TARGET_IS_AGENT or TARGET_IS_PAUSE
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
        String named = "process " + number + " (" + quoted(process.command())
                + "), which GO_K8S_CONTAINER_PID or --pid names, ";
        if (!containers.isOfThisPod(number)) {
            throw new K8sExecException(
                    ErrorId.TARGET_FOREIGN,
                    named + (process.isKernelThread() ? "is the node's kernel" : "is of no container of this Pod"),
                    "and the Pod has hostPID: true, so that all processes of the node can be seen",
                    "set shareProcessNamespace: true in the Pod, in the place of hostPID");
        }
        if (containers.isAgents(number)) {
            throw new K8sExecException(
                    ErrorId.TARGET_IS_AGENT,
                    named + "is in the agent's own container",
                    "so the script would not run in the guest",
                    number == Containers.PAUSE
                            ? "set shareProcessNamespace: true in the Pod, without which the guest cannot be seen"
                            : "leave it unset, so that k8s-exec finds the guest, or name the guest's main process");
        }
        if (number == Containers.PAUSE) {
            throw new K8sExecException(
                    ErrorId.TARGET_IS_PAUSE,
                    "process 1, which GO_K8S_CONTAINER_PID or --pid names, is the Pod's pause process",
                    "which has no shell and no volume",
                    "leave it unset, so that k8s-exec finds the guest, or name the guest's main process");
        }
        return Target.of(proc, process, "named by its process id");
    }

    /**
     * The only other container of the Pod, or the only one of several that has the shared volume. A Pod that has had
     * two of these has two, also while one of them is down.
     *
     * @throws K8sExecException TARGET_NONE or TARGET_AMBIGUOUS
     */
    public Target only() throws InterruptedException {
        List<ProcessInfo> guests = containers.guests();
        List<ProcessInfo> sharing = sharing(guests);
        for (int look = 0; look < SETTLING_LOOKS && sharing.size() > 1; look++) {
            guests = stillThere(guests);
            sharing = sharing(guests);
        }
        if (guests.isEmpty()) {
            throw none();
        }
        if (sharing.size() > 1) {
            seen.add(names(withVolume(guests)));
            throw new K8sExecException(
                    ErrorId.TARGET_AMBIGUOUS,
                    "the Pod has " + sharing.size() + " other containers"
                            + (sharing.size() < guests.size() ? " with the shared volume: " : ": ") + list(sharing),
                    "so it is not clear where the script belongs",
                    "name one with GO_K8S_CONTAINER_NAME or --container");
        }
        Target target = Target.of(
                proc,
                sharing.get(0),
                guests.size() == 1
                        ? "the only other container of the Pod"
                        : "of " + guests.size() + " other containers the only one with the shared volume");
        requireNoOther(target);
        return target;
    }

    private void requireNoOther(Target guest) {
        Set<String> others = new LinkedHashSet<>(seen.names());
        guest.name().ifPresent(others::remove);
        if (guest.name().isPresent() && !others.isEmpty()) {
            throw new K8sExecException(
                    ErrorId.TARGET_AMBIGUOUS,
                    "the Pod has had other containers for scripts, which are down now (" + String.join(", ", others)
                            + "), beside " + list(List.of(guest.process())),
                    "so it is not clear where the script belongs",
                    "name one with GO_K8S_CONTAINER_NAME or --container: it is waited for");
        }
    }

    private List<String> names(List<ProcessInfo> guests) {
        return guests.stream()
                .flatMap(guest -> proc.containerName(guest.pid()).stream())
                .toList();
    }

    /** Those that have the volume; all of them, if that is not known or none has. */
    private List<ProcessInfo> sharing(List<ProcessInfo> guests) {
        List<ProcessInfo> sharing = guests.size() < 2 ? List.of() : withVolume(guests);
        return sharing.isEmpty() ? guests : sharing;
    }

    private List<ProcessInfo> withVolume(List<ProcessInfo> guests) {
        if (sharedRoot.isEmpty()) {
            return List.of();
        }
        String path = sharedRoot.get().toString();
        Optional<Mount> volume = Mount.holding(path, proc.mounts("self"))
                .filter(mount -> !mount.point().equals("/"));
        return volume.stream()
                .flatMap(own -> guests.stream()
                        .filter(guest -> proc.mounts(guest.pid()).stream()
                                .anyMatch(mount -> mount.shows(own.device(), own.inFileSystem(path)))))
                .toList();
    }

    /**
     * The container with this name: as Kubernetes has it, else with this container id, else with this
     * K8S_EXEC_CONTAINER in the environment of its main process.
     *
     * @throws K8sExecException TARGET_NONE, TARGET_UNKNOWN or TARGET_AMBIGUOUS
     */
    public Target byName(String name) throws InterruptedException {
        List<ProcessInfo> guests = containers.guests();
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
            for (int look = 0; look < SETTLING_LOOKS && matching.size() > 1; look++) {
                matching = stillThere(matching);
            }
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
        if (guests.isEmpty()) {
            throw none();
        }
        throw new K8sExecException(
                ErrorId.TARGET_UNKNOWN,
                "no container matches " + quoted(name) + "; there are: " + list(guests),
                "so there is no guest to enter",
                "correct the name (the request's container, GO_K8S_CONTAINER_NAME or --container), unless it has yet "
                        + "to start");
    }

    /**
     * What a container runtime starts in a container, a probe say, is for some milliseconds a process without a parent
     * in mount namespaces of its own: if there seem to be several guests, only those count that are still there after a
     * while.
     */
    private List<ProcessInfo> stillThere(List<ProcessInfo> guests) throws InterruptedException {
        Thread.sleep(SETTLING_MILLIS);
        Set<Integer> now = containers.guests().stream().map(ProcessInfo::pid).collect(Collectors.toSet());
        return guests.stream().filter(guest -> now.contains(guest.pid())).toList();
    }

    /** Whether a guest that was not found may be found later. */
    public boolean mayComeYet(K8sExecException error) {
        return MAY_COME_YET.contains(error.id()) && !containers.isAgentAlone();
    }

    private boolean hasContainerId(ProcessInfo guest, String id) {
        return id.length() >= 12
                && proc.containerId(guest.pid())
                        .filter(full -> full.startsWith(id))
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

    private K8sExecException none() {
        if (containers.isAgentAlone()) {
            return new K8sExecException(
                    ErrorId.TARGET_NONE,
                    "the Pod's containers do not share their processes: process 1 is the agent's own",
                    "so no other container can be seen",
                    "set shareProcessNamespace: true in the Pod");
        }
        return new K8sExecException(
                ErrorId.TARGET_NONE,
                "no other container of the Pod is running",
                "so there is no guest to enter",
                "look why: kubectl describe pod POD; if it has yet to start, set GO_K8S_WAIT or --wait, and if it "
                        + "ended at once, give it a command that keeps running");
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
