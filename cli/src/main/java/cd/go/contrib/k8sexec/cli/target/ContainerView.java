package cd.go.contrib.k8sexec.cli.target;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A container of the Pod, as it looks from the agent.
 *
 * @param role        agent, pause, target (the guest of a run), candidate (could be meant, with others), other, or down
 *                    (its relay does not answer)
 * @param pid         of its main process; 0 where the agent does not see that
 * @param name        as Kubernetes has it
 * @param id          as the container runtime has it
 * @param user        effective "UID:GID" of its main process
 * @param command     command line of its main process, as that set it
 * @param age         of its main process
 * @param memoryBytes in use
 * @param memoryFrom  "cgroup": by its control group, the cache of files included; "rss": the resident memory of its
 *                    processes, summed up, if the agent cannot see its control group
 * @param memoryLimit in bytes; {@link Limits#NONE} without a limit, empty if that cannot be seen
 */
public record ContainerView(
        String role,
        int pid,
        Optional<String> name,
        Optional<String> id,
        String user,
        String command,
        Duration age,
        long memoryBytes,
        String memoryFrom,
        Optional<Long> memoryLimit) {

    public static final String AGENT = "agent";
    public static final String PAUSE = "pause";
    public static final String TARGET = "target";

    /** @param target the guest of a run, empty if it is not clear which that would be */
    public static List<ContainerView> all(ProcFs proc, Optional<Target> target) {
        return new Containers(proc)
                .all().stream().map(container -> of(proc, container, target)).toList();
    }

    private static ContainerView of(ProcFs proc, Container container, Optional<Target> target) {
        ProcessInfo main = container.main();
        Optional<Limits> limits = Limits.of(proc, container.role() == Container.Role.AGENT ? "self" : main.pid());
        long resident = container.processes().stream()
                .flatMap(process -> proc.status(process.pid()).stream())
                .mapToLong(ProcessStatus::residentBytes)
                .sum();
        return new ContainerView(
                role(container, target),
                main.pid(),
                proc.containerName(main.pid()),
                proc.containerId(main.pid()),
                proc.user(main.pid()).orElse(""),
                proc.commandLine(main.pid()),
                proc.age(main),
                limits.map(Limits::memoryUsed).orElse(resident),
                limits.isPresent() ? "cgroup" : "rss",
                limits.map(Limits::memoryLimit));
    }

    private static String role(Container container, Optional<Target> target) {
        return switch (container.role()) {
            case AGENT -> AGENT;
            case PAUSE -> PAUSE;
            case GUEST ->
                target.isEmpty() ? "candidate" : container.has(target.get().pid()) ? TARGET : "other";
        };
    }
}
