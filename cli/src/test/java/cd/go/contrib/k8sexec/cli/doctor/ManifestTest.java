package cd.go.contrib.k8sexec.cli.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import cd.go.contrib.k8sexec.cli.outcome.PodChange;
import cd.go.contrib.k8sexec.cli.outcome.Remedy;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ManifestTest {
    @Test
    void the_changes_of_all_checks_are_one_part_of_a_manifest() {
        List<Check> checks = List.of(
                Check.ok("settings", "fine"),
                Check.failure(
                        "shared",
                        "not shared",
                        Remedy.of(PodChange.of(PodChange.In.POD, "shareProcessNamespace", true))),
                Check.warning(
                        "identity",
                        "seen",
                        Remedy.of(
                                PodChange.of(
                                        PodChange.In.POD,
                                        "volumes",
                                        List.of(PodChange.item("name", "config", "emptyDir", Map.of()))),
                                PodChange.mount(PodChange.In.AGENT, "config", "/go/config"))),
                Check.failure("caps", "lacks", Remedy.of(PodChange.ofAgent("capabilities.add", List.of("KILL")))),
                Check.failure("more", "lacks", Remedy.of(PodChange.ofAgent("capabilities.add", List.of("CHOWN")))),
                Check.warning("owner", "not writable", "chown 1000:1000 /go"));

        assertEquals("""
                # shared: not shared
                #   -> in the Pod: shareProcessNamespace: true
                # identity: seen
                #   -> in the Pod: volumes: [{name: config, emptyDir: {}}], and in the agent container: volumeMounts: \
                [{name: config, mountPath: /go/config}]
                # caps: lacks
                #   -> in the agent container: securityContext: {capabilities: {add: [KILL]}}
                # more: lacks
                #   -> in the agent container: securityContext: {capabilities: {add: [CHOWN]}}
                # owner: not writable
                #   -> chown 1000:1000 /go
                spec:
                  shareProcessNamespace: true
                  volumes:
                    - {name: config, emptyDir: {}}
                  containers:
                    - name: gocd-agent
                      volumeMounts:
                        - {name: config, mountPath: /go/config}
                      securityContext:
                        capabilities:
                          add: [KILL, CHOWN]""", yaml(checks, "gocd-agent"));
    }

    @Test
    void a_container_whose_name_nobody_knows_is_for_the_reader_to_name() {
        Check check =
                Check.failure("root", "elsewhere", Remedy.of(PodChange.mount(PodChange.In.GUEST, "VOLUME", "/go")));
        assertEquals("""
                # root: elsewhere
                #   -> in the guest container: volumeMounts: [{name: VOLUME, mountPath: /go}]
                spec:
                  containers:
                    - name: GUEST
                      volumeMounts:
                        - {name: VOLUME, mountPath: /go}""", yaml(List.of(check), null));
    }

    @Test
    void without_a_change_it_is_yaml_all_the_same() {
        assertEquals("# nothing is to be changed\nspec: {}", yaml(List.of(Check.ok("settings", "fine")), null));
        assertEquals(
                "# a: b\n#   -> c\n# no field of the manifest changes that\nspec: {}",
                yaml(List.of(Check.failure("a", "b", "c")), null));
    }

    private static String yaml(List<Check> checks, String agent) {
        return new Manifest(checks, Optional.ofNullable(agent), Optional.empty()).toYaml();
    }
}
