package cd.go.contrib.k8sexec.cli.outcome;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PodChangeTest {
    @Test
    void its_text_says_where_and_what() {
        assertEquals(
                "in the agent container: securityContext: {capabilities: {add: [SYS_ADMIN, SYS_PTRACE]}}",
                PodChange.ofAgent("capabilities.add", List.of("SYS_ADMIN", "SYS_PTRACE"))
                        .text());
        assertEquals("in the Pod: shareProcessNamespace: true", share().text());
        assertEquals(
                "in the agent container: env: [{name: GO_K8S_CONTAINER_NAME, value: tools}]",
                PodChange.variable("GO_K8S_CONTAINER_NAME", "tools").text());
    }

    @Test
    void a_remedy_has_all_its_changes_in_one_sentence() {
        assertEquals(
                "set in the Pod: shareProcessNamespace: true, and in the guest container: volumeMounts: "
                        + "[{name: VOLUME, mountPath: /go}], or not",
                Remedy.of(share(), PodChange.mount(PodChange.In.GUEST, "VOLUME", "/go"))
                        .between("set ", ", or not")
                        .text());
    }

    @Test
    void what_yaml_could_take_for_something_else_is_quoted() {
        assertEquals(
                "[\"1000\", \"true\", \"No\", \"a b\", \"a: b\", \"\", \"x\\\"\\n\", "
                        + "/go/a.b-c, -u, 1500m, 2Gi, 1000, false]",
                PodChange.flow(List.of(
                        "1000",
                        "true",
                        "No",
                        "a b",
                        "a: b",
                        "",
                        "x\"\n",
                        "/go/a.b-c",
                        "-u",
                        "1500m",
                        "2Gi",
                        1000L,
                        false)));
    }

    @Test
    void changes_of_one_place_come_together() {
        PodChange add = PodChange.ofAgent("capabilities.add", List.of("KILL", "CHOWN"));
        PodChange more = PodChange.ofAgent("capabilities.add", List.of("CHOWN", "SETUID"))
                .with("securityContext.runAsUser", 0);
        assertEquals(
                Map.of(
                        "securityContext",
                        Map.of("capabilities", Map.of("add", List.of("KILL", "CHOWN", "SETUID")), "runAsUser", 0)),
                PodChange.merge(add.fields(), more.fields()));
    }

    private static PodChange share() {
        return PodChange.of(PodChange.In.POD, "shareProcessNamespace", true);
    }
}
