package cd.go.contrib.k8sexec.cli.pod;

import cd.go.contrib.k8sexec.cli.pod.Pod.Result;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** A run that is held, and commands beside it. */
final class Holding {
    /**
     * {@code hold DURATION OPTION…} starts a run of the request and waits until it is held: then {@code $run} is its
     * process, {@code $id} its id, and what the script has printed is in /tmp/out.
     */
    private static final String FUNCTIONS = """
        export GO_K8S_CONTAINER_SHARED_ROOT=/go
        exec 3<&0 </dev/null
        trap 'cat /tmp/errors >&2' EXIT
        hold() {
            rm -f /tmp/errors
            $0 run --hold-on-failure "$@" <&3 >/tmp/out 2>/tmp/errors & run=$!
            until grep -q ' resume ' /tmp/errors 2>/dev/null || ! kill -0 $run; do sleep 0.05; done
            id=$(sed -n 's/.* resume //p' /tmp/errors)
        }
        """;

    private Holding() {}

    /**
     * Runs commands in the agent.
     *
     * @param script   the request's, at descriptor 3, in the directory "/go/pipelines/we b"
     * @param commands of bash; {@code $0} is k8s-exec
     */
    static Result agent(Pod pod, String script, Map<String, String> environment, String commands) {
        String request = Pod.request("sh", script, environment);
        return pod.exec(
                "agent",
                (request.substring(0, request.length() - 1) + ",\"workingDirectory\":\"pipelines/we b\"}")
                        .getBytes(StandardCharsets.UTF_8),
                "bash",
                "-c",
                FUNCTIONS + commands,
                Pod.K8S_EXEC.toString());
    }
}
