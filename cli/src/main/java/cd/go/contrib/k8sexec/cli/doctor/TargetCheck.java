package cd.go.contrib.k8sexec.cli.doctor;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.outcome.PodChange;
import cd.go.contrib.k8sexec.cli.outcome.Remedy;
import cd.go.contrib.k8sexec.cli.target.Containers;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.SeenGuests;
import cd.go.contrib.k8sexec.cli.target.Target;
import cd.go.contrib.k8sexec.protocol.Setting;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Whether it is clear which container is the guest. */
final class TargetCheck {
    private static final String ID = "target";

    private TargetCheck() {}

    static Check of(Target target) {
        String name =
                target.name().map(container -> "container " + container + ", ").orElse("");
        return Check.ok(
                ID, "process " + target.pid() + " (" + target.process().command() + "), " + name + target.reason());
    }

    /** @param e why there is none */
    static Check of(ProcFs proc, K8sExecException e) {
        boolean canBeNamed = e.id() == ErrorId.TARGET_AMBIGUOUS || e.id() == ErrorId.TARGET_UNKNOWN;
        List<String> names = canBeNamed ? names(proc) : List.of();
        return Check.failure(
                ID,
                e.finding(),
                names.isEmpty()
                        ? e.fix()
                        : Remedy.of(PodChange.variable(Setting.CONTAINER.variable(), names.get(0)))
                                .and(names.stream()
                                        .skip(1)
                                        .map(name -> ", or value: " + name)
                                        .collect(Collectors.joining())));
    }

    /** Those that can be set, by name or else by id. */
    private static List<String> names(ProcFs proc) {
        Stream<String> there = new Containers(proc)
                .guests().stream()
                        .flatMap(guest ->
                                proc.containerName(guest.pid()).or(() -> proc.containerId(guest.pid())).stream());
        return Stream.concat(there, SeenGuests.of(proc).names().stream())
                .distinct()
                .toList();
    }
}
