package cd.go.contrib.k8sexec.cli.enter;

import cd.go.contrib.k8sexec.cli.target.Capability;
import cd.go.contrib.k8sexec.cli.target.ProcessStatus;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Main processes of containers, as tests need them. */
final class Processes {
    private Processes() {}

    /**
     * @param held     its effective and permitted capabilities
     * @param bounding those that the container may have at all
     */
    static ProcessStatus process(
            long uid, long gid, Set<Capability> held, Set<Capability> bounding, boolean noNewPrivs) {
        return new ProcessStatus(
                List.of(uid, uid, uid, uid),
                List.of(gid, gid, gid, gid),
                List.of(),
                "0022",
                0,
                Set.of(),
                held,
                held,
                bounding,
                Set.of(),
                noNewPrivs,
                0);
    }

    /** What Kubernetes gives a container, and these. */
    static Set<Capability> with(Capability... more) {
        Set<Capability> set = EnumSet.copyOf(Privileges.DEFAULT);
        set.addAll(List.of(more));
        return set;
    }
}
