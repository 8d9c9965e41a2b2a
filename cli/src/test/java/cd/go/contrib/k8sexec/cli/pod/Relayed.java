package cd.go.contrib.k8sexec.cli.pod;

import cd.go.contrib.k8sexec.cli.pod.Pod.Result;
import java.util.Map;
import java.util.stream.Stream;

/** A Pod whose containers do not share their processes, agent and guest of one user without any capability. */
final class Relayed {
    static final Map<String, String> RELAY = Map.of("GO_K8S_RELAY", "/relay");

    private Relayed() {}

    static Pod pod() {
        return Pod.forClass(
                "GUEST_RELAY=" + Pod.RELAY,
                "GUEST_IMAGE=debian",
                "AGENT_UID=1000",
                "AGENT_GID=1000",
                "GUEST_UID=1000",
                "GUEST_GID=1000",
                "AGENT_CAPS=",
                "GUEST_CAPS=");
    }

    static Result run(Pod pod, String script, String... options) {
        String[] arguments = Stream.concat(Stream.of("run"), Stream.of(options)).toArray(String[]::new);
        return pod.k8sExec(RELAY, Pod.request("bash", script, Map.of()), arguments);
    }
}
