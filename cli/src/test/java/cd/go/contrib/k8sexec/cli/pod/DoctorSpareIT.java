package cd.go.contrib.k8sexec.cli.pod;

import static cd.go.contrib.k8sexec.cli.pod.Diagnosis.diagnose;

import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What doctor says that the Pod need not give. */
@Needs(Need.POD)
class DoctorSpareIT {
    @Test
    void what_the_way_in_does_without_can_be_dropped() {
        try (Pod rich = Pod.up("AGENT_CAPS=" + Pod.KUBERNETES + ",sys_admin,sys_ptrace,net_admin")) {
            diagnose(rich).assertCheck("spare", "ok", "does without NET_ADMIN, SYS_PTRACE: capabilities.add need not");
        }
        try (Pod left = Pod.up("AGENT_CAPS=" + Pod.KUBERNETES + ",sys_admin")) {
            Diagnosis diagnosis = diagnose(left).assertNothing("failure");
            diagnosis.assertCheck("spare", "ok", "needs each capability that the Pod adds");
            if (Pod.isNative()) {
                diagnosis.assertCheck("spare", "ok", "chroot (GO_K8S_ENTER=chroot) also does without SYS_ADMIN");
            }
        }
        if (Pod.isNative()) {
            try (Pod poor = Pod.up("AGENT_CAPS=" + Pod.KUBERNETES)) {
                diagnose(poor, Map.of("GO_K8S_ENTER", "chroot"))
                        .assertNothing("failure", "warning")
                        .assertCheck("spare", "ok", "chroot needs each capability that the Pod adds, if it adds one");
            }
        }
    }
}
