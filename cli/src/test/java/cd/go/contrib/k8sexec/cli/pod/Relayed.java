package cd.go.contrib.k8sexec.cli.pod;

import cd.go.contrib.k8sexec.cli.pod.Pod.Result;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Stream;

/** A Pod whose containers do not share their processes, agent and guest of one user without any capability. */
final class Relayed {
    static final Map<String, String> RELAY = Map.of("GO_K8S_RELAY", "/relay");

    private static final String[] SETTINGS = {
        "GUEST_RELAY=" + Pod.RELAY,
        "GUEST_IMAGE=debian",
        "AGENT_UID=1000",
        "AGENT_GID=1000",
        "GUEST_UID=1000",
        "GUEST_GID=1000",
        "AGENT_CAPS=",
        "GUEST_CAPS="
    };

    private Relayed() {}

    /** For all tests of a class. */
    static Pod pod() {
        return Pod.forClass(SETTINGS);
    }

    /** For one test, which closes it. */
    static Pod up() {
        return Pod.up(SETTINGS);
    }

    /** Runs commands of a shell in the agent, whose standard input is the request and for which $0 is k8s-exec. */
    static Result shell(Pod pod, String request, String... command) {
        String[] whole = Stream.of(
                        Stream.of("env", "GO_K8S_RELAY=/relay", "GO_K8S_CONTAINER_SHARED_ROOT=/go"),
                        Stream.of(command),
                        Stream.of("/opt/extra/k8s-exec"))
                .flatMap(words -> words)
                .toArray(String[]::new);
        return pod.exec("agent", request.getBytes(StandardCharsets.UTF_8), whole);
    }

    static Result run(Pod pod, String script, String... options) {
        String[] arguments = Stream.concat(Stream.of("run"), Stream.of(options)).toArray(String[]::new);
        return pod.k8sExec(RELAY, Pod.request("bash", script, Map.of()), arguments);
    }
}
