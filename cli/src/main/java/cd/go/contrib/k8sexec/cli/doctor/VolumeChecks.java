package cd.go.contrib.k8sexec.cli.doctor;

import cd.go.contrib.k8sexec.cli.enter.Privileges;
import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.outcome.PodChange;
import cd.go.contrib.k8sexec.cli.outcome.Remedy;
import cd.go.contrib.k8sexec.cli.run.Run;
import cd.go.contrib.k8sexec.cli.staging.SharedVolume;
import cd.go.contrib.k8sexec.cli.staging.StagedRun;
import cd.go.contrib.k8sexec.cli.target.BothMounts;
import cd.go.contrib.k8sexec.cli.target.Capability;
import cd.go.contrib.k8sexec.cli.target.Mount;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.ProcessStatus;
import cd.go.contrib.k8sexec.cli.target.Sizes;
import cd.go.contrib.k8sexec.cli.target.Target;
import cd.go.contrib.k8sexec.protocol.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Whether agent and guest share a volume in which a script can be handed over and a job can work. */
final class VolumeChecks {
    static final String SHARED_ROOT = "shared-root";
    static final String CONTAINER_ROOT = "container-root";
    static final String MOUNT_OPTIONS = "mount-options";
    static final String FREE_SPACE = "free-space";
    static final String WRITABLE = "writable";

    /** A run itself takes a few kB; a job with less than this to work in will not come far. */
    private static final long LITTLE_SPACE = 64 << 20;
    /** Of what all containers of a Pod share, what is no volume for work. */
    /** The folder that GoCD's agent has its jobs in, and what lies in it. */
    private static final Pattern JOBS = Pattern.compile("/pipelines(/|$)");

    private static final Set<String> NO_VOLUME = Set.of("proc", "sysfs", "cgroup", "cgroup2", "devpts", "mqueue");

    private final ProcFs proc;
    private final Path sharedRoot;
    private final Target target;

    /** @param target or null */
    VolumeChecks(ProcFs proc, Path sharedRoot, Target target) {
        this.proc = proc;
        this.sharedRoot = sharedRoot;
        this.target = target;
    }

    /** If the shared root is not set, the volume that it probably is. */
    static Check unset(K8sExecException e, ProcFs proc, Target target) {
        Remedy remedy = target == null || e.id() != ErrorId.SHARED_ROOT_UNSET
                ? e.fix()
                : common(proc, target)
                        .findFirst()
                        .map(volume -> Remedy.of(PodChange.variable(
                                Setting.SHARED_ROOT.variable(), volume.agent().point())))
                        .orElse(e.fix());
        return Check.failure(SHARED_ROOT, e.finding(), remedy);
    }

    private Check writable(SharedVolume volume) {
        Optional<String> unused = volume.unused();
        String notRemoved = writtenAndRemoved(volume);
        if (notRemoved != null) {
            return Check.warning(WRITABLE, notRemoved, "k8s-exec gc");
        }
        return unused.map(why -> Check.warning(
                        WRITABLE,
                        why + ": runs use another folder",
                        "k8s-exec gc; and if it is still there then, " + volume.removal()))
                .orElse(Check.ok(WRITABLE, "the agent's user can write to it"));
    }

    private String writtenAndRemoved(SharedVolume volume) {
        StagedRun run = volume.stage(Run.newRunId(proc), false);
        try {
            run.prepare(Optional.of(new byte[1]), Optional.empty());
        } catch (K8sExecException e) {
            run.remove();
            throw e;
        }
        return run.remove();
    }

    /** @param containerRoot where the guest should have it, absolute */
    List<Check> all(String containerRoot) {
        Check options = mountOptions(containerRoot);
        Check space = freeSpace();
        try (SharedVolume volume = SharedVolume.open(sharedRoot)) {
            Check writable = writable(volume);
            return List.of(
                    Check.ok(
                            SHARED_ROOT,
                            sharedRoot
                                    + mount("self", sharedRoot.toString())
                                            .map(mount -> ", " + mount.type())
                                            .orElse("")),
                    containerRoot(containerRoot),
                    options,
                    space,
                    writable);
        } catch (K8sExecException e) {
            if (e.id() == ErrorId.SHARED_ROOT_INVALID) {
                return Stream.concat(
                                Stream.of(Check.failure(SHARED_ROOT, e)),
                                Stream.of(CONTAINER_ROOT, MOUNT_OPTIONS, FREE_SPACE, WRITABLE)
                                        .map(id -> Check.skipped(id, "no shared root")))
                        .toList();
            }
            boolean explained = options.status() == Check.Status.FAILURE || space.status() == Check.Status.FAILURE;
            return List.of(
                    Check.ok(SHARED_ROOT, sharedRoot.toString()),
                    containerRoot(containerRoot),
                    options,
                    space,
                    explained
                            ? Check.skipped(WRITABLE, "no, for the reason above: " + e.finding())
                            : Check.failure(WRITABLE, e.finding(), access()));
        }
    }

    private Remedy access() {
        ProcessStatus agent = proc.status("self").orElseThrow();
        return agent.uid() == 0
                ? Privileges.adding(EnumSet.of(Capability.DAC_OVERRIDE))
                : Remedy.of(PodChange.of(PodChange.In.POD, "securityContext.fsGroup", agent.uid()));
    }

    private Check containerRoot(String containerRoot) {
        if (target == null) {
            return Check.skipped(CONTAINER_ROOT, "no guest");
        }
        if (isSame(containerRoot)) {
            return below(containerRoot);
        }
        String finding = "the guest does not have the agent's " + sharedRoot + " at " + containerRoot;
        Optional<Mount> agents = mount("self", sharedRoot.toString());
        Optional<String> elsewhere = agents.flatMap(own -> common(proc, target)
                .filter(volume -> volume.agent().id().equals(own.id()))
                .findFirst()
                .map(volume -> volume.guest().point()
                        + sharedRoot
                                .toString()
                                .substring(
                                        own.point().equals("/")
                                                ? 0
                                                : own.point().length())));
        return elsewhere.isPresent()
                ? Check.failure(
                        CONTAINER_ROOT,
                        finding + ", but at " + elsewhere.get(),
                        Remedy.of(PodChange.variable(Setting.CONTAINER_ROOT.variable(), elsewhere.get())))
                : Check.failure(
                        CONTAINER_ROOT,
                        finding + ", nor anywhere else",
                        Remedy.of(PodChange.mount(PodChange.In.GUEST, "VOLUME", sharedRoot.toString()))
                                .and(", with the name of the volume that the agent container mounts there"));
    }

    /** Whether a job's folder is the same in both: GoCD's agent keeps them in {@code pipelines}. */
    private Check below(String containerRoot) {
        BothMounts mounts = BothMounts.of(proc, target);
        String root = containerRoot.replaceAll("/+$", "");
        List<String> different = mounts.differBelow(sharedRoot.toString(), root);
        Optional<String> jobs = different.stream()
                .filter(folder -> JOBS.matcher(sharedRoot + folder).find())
                .findFirst();
        String same = "the guest has the same volume at " + containerRoot;
        if (jobs.isEmpty()) {
            return Check.ok(
                    CONTAINER_ROOT,
                    same
                            + (different.isEmpty()
                                    ? ""
                                    : ", but for what one of the two has mounted below it: "
                                            + different.stream()
                                                    .map(path -> sharedRoot + path)
                                                    .collect(Collectors.joining(", "))));
        }
        String folder = sharedRoot + jobs.get();
        return Check.failure(
                CONTAINER_ROOT,
                same + ", but not its folder " + folder + ", where jobs work: "
                        + mounts.difference(folder, root + jobs.get()).orElse(""),
                "mount it in both containers, or in none: volumeMounts: [{name: VOLUME, mountPath: " + folder + "}]");
    }

    /**
     * As the mounts say, which anybody may read; or if a symbolic link is on the way, by a look into the guest's
     * files.
     */
    private boolean isSame(String containerRoot) {
        Optional<Mount> agents = mount("self", sharedRoot.toString());
        Optional<Mount> guests = mount(target.pid(), containerRoot);
        if (agents.isPresent()
                && guests.isPresent()
                && agents.get().device().equals(guests.get().device())
                && agents.get()
                        .inFileSystem(sharedRoot.toString())
                        .equals(guests.get().inFileSystem(containerRoot))) {
            return true;
        }
        try {
            return Files.isSameFile(sharedRoot, Path.of(proc.root() + "/" + target.pid() + "/root" + containerRoot));
        } catch (IOException e) {
            return false;
        }
    }

    private Check mountOptions(String containerRoot) {
        Optional<Mount> agents = mount("self", sharedRoot.toString());
        Optional<Mount> guests = target == null ? Optional.empty() : mount(target.pid(), containerRoot);
        if (agents.filter(mount -> mount.options().contains("ro")).isPresent()) {
            return readOnly(PodChange.In.AGENT, "agent", sharedRoot.toString());
        }
        if (guests.filter(mount -> mount.options().contains("ro")).isPresent()) {
            return readOnly(PodChange.In.GUEST, "guest", containerRoot);
        }
        if (guests.or(() -> agents)
                .filter(mount -> mount.options().contains("noexec"))
                .isPresent()) {
            return Check.warning(
                    MOUNT_OPTIONS,
                    "the volume is mounted noexec: a job cannot start a program that lies in it, like ./gradlew",
                    Remedy.of(PodChange.emptyDir("VOLUME")).and(", which is not mounted noexec"));
        }
        return Check.ok(MOUNT_OPTIONS, "writable, and programs in it can be started");
    }

    private static Check readOnly(PodChange.In in, String container, String path) {
        Map<String, Object> mount = PodChange.item("name", "VOLUME", "mountPath", path);
        mount.put("readOnly", false);
        return Check.failure(
                MOUNT_OPTIONS,
                path + " is mounted read-only in the " + container + " container, so no script can be handed over",
                Remedy.of(PodChange.of(in, "volumeMounts", List.of(mount))));
    }

    private Check freeSpace() {
        long free = sharedRoot.toFile().getUsableSpace();
        long total = sharedRoot.toFile().getTotalSpace();
        String finding = Sizes.bytes(free) + " free of " + Sizes.bytes(total);
        if (total == 0) {
            return Check.skipped(FREE_SPACE, "the file system does not tell");
        }
        if (free >= LITTLE_SPACE) {
            return Check.ok(FREE_SPACE, finding);
        }
        String remedy = "look what takes it: du -ax " + sharedRoot
                + " | sort -n | tail; delete that, or raise the volume's size (emptyDir: {sizeLimit: 10Gi})";
        return free == 0
                ? Check.failure(FREE_SPACE, "no space left: " + finding, remedy)
                : Check.warning(FREE_SPACE, finding, remedy);
    }

    private Optional<Mount> mount(Object process, String path) {
        return Mount.holding(path, proc.mounts(process));
    }

    /** The volumes that agent and guest both have, writable and not for one file alone. */
    private static Stream<Volume> common(ProcFs proc, Target target) {
        List<Mount> guests = proc.mounts(target.pid());
        return proc.mounts("self").stream()
                .filter(agent -> !agent.options().contains("ro")
                        && !NO_VOLUME.contains(agent.type())
                        && Files.isDirectory(Path.of(agent.point())))
                .flatMap(agent -> guests.stream()
                        .filter(guest -> guest.device().equals(agent.device())
                                && guest.root().equals(agent.root()))
                        .map(guest -> new Volume(agent, guest)));
    }

    private record Volume(Mount agent, Mount guest) {}
}
