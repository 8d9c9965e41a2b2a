package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.cli.pod.Pod.Result;
import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What doctor shows of the Pod's shape, and what it would change there. */
@Needs(Need.POD)
class DoctorPictureIT {
    @Test
    void the_picture_has_containers_users_volumes_and_the_way() {
        try (Pod pod = Pod.up(
                "AGENT_CAPS=" + Pod.KUBERNETES + ",sys_admin,sys_ptrace",
                "GUEST_UID=1000",
                "GUEST_GID=1000",
                "GUESTS=tools db",
                "GUESTS_WITHOUT_GO=db")) {
            List<String> lines = picture(pod, Map.of(), 0);
            int guest = box(lines, "the guest");
            int other = box(lines, "other");

            assertEquals(0, box(lines, "the agent"), lines.toString());
            assertTrue(lines.get(1).startsWith("| user 0:0 "), lines.toString());
            assertTrue(
                    lines.get(2).startsWith("| capabilities: Kubernetes' default with SYS_PTRACE, SYS_ADMIN"),
                    lines.toString());
            assertTrue(lines.subList(0, guest).stream().anyMatch(line -> line.contains(" at /go (shared)")));
            assertTrue(
                    lines.subList(0, guest)
                            .contains("     |  " + Pod.way() + ": scripts run as the agent's user, in the agent's "
                                    + "limits"),
                    lines.toString());
            assertEquals("     v", lines.get(guest - 1));
            assertTrue(lines.get(guest + 1).startsWith("| user 1000:1000 "), lines.toString());
            assertTrue(lines.subList(guest, other).stream().anyMatch(line -> line.contains(" at /go (shared)")));
            assertTrue(lines.subList(other, lines.size()).stream().noneMatch(line -> line.contains("(shared)")));
            assertEquals(
                    1,
                    lines.subList(guest, other - 1).stream()
                            .map(String::length)
                            .distinct()
                            .count(),
                    "a box has straight sides: " + lines);
        }
    }

    @Test
    void the_picture_of_relays_has_their_users() {
        Pod.requireNative();
        try (Pod pod = Relayed.up()) {
            List<String> lines = picture(pod, Relayed.RELAY, 0);
            assertTrue(
                    lines.stream()
                            .anyMatch(line ->
                                    line.matches(" {5}\\|  relay: scripts run as \\d+:\\d+, in the guest's limits")),
                    lines.toString());
            assertTrue(
                    lines.subList(box(lines, "the guest"), lines.size()).stream()
                            .anyMatch(line -> line.contains("volumes: the shared one at /go")),
                    lines.toString());
        }
    }

    @Test
    void where_no_script_runs_the_way_ends() {
        try (Pod pod = Pod.up("GUESTS=tools db")) {
            List<String> lines = picture(pod, Map.of(), 1);
            assertTrue(lines.contains("     |  no guest: see what fails above"), lines.toString());
            assertTrue(lines.contains("     x"), lines.toString());
            assertEquals(
                    2, lines.stream().filter(line -> line.contains("candidate")).count());
        }
        try (Pod pod = Pod.up("GUESTS_WITHOUT_GO=guest")) {
            assertTrue(picture(pod, Map.of(), 1).contains("     |  no script runs there: see what fails above"));
        }
    }

    @Test
    void what_to_change_is_a_part_of_a_manifest() {
        try (Pod pod = Pod.up("GO_GUEST=/work", "GUEST_CAPS=" + Pod.KUBERNETES + ",net_admin")) {
            Result result = pod.k8sExec(Map.of(), "", "doctor", "--yaml");
            String yaml = result.text();
            assertEquals("", result.errors());
            result.assertExitCode(1);
            assertTrue(yaml.contains("# container-root: the guest does not have the agent's /go at /go, but at /work"));
            assertTrue(yaml.contains("""

                            spec:
                              containers:
                                - name: agent
                            """), yaml);
            assertTrue(yaml.contains("        - {name: GO_K8S_CONTAINER_ROOT, value: /work}"), yaml);
            if (!Pod.isChosen()) {
                assertTrue(yaml.contains("add: [SYS_PTRACE"), yaml);
            }
        }
    }

    @Test
    void a_pod_that_is_right_is_not_to_be_changed() {
        try (Pod pod = Pod.up()) {
            Result result = pod.k8sExec(Map.of(), "", "doctor", "--yaml");
            result.assertExitCode(0);
            assertEquals("# nothing is to be changed\nspec: {}\n", result.text());
            Result both = pod.k8sExec(Map.of(), "", "doctor", "--yaml", "--json");
            assertTrue(both.errors().contains("--json and --yaml: give one of them"), both.toString());
            both.assertExitCode(2);
        }
    }

    /** The lines between the checks and the last one. */
    private static List<String> picture(Pod pod, Map<String, String> environment, int exitCode) {
        Result result = pod.k8sExec(environment, "", "doctor");
        result.assertExitCode(exitCode);
        List<String> lines = result.text().lines().toList();
        return lines.subList(box(lines, "the agent"), lines.lastIndexOf(""));
    }

    private static int box(List<String> lines, String title) {
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith("+-- ") && lines.get(i).contains(title)) {
                return i;
            }
        }
        throw new AssertionError("no box of " + title + " in " + lines);
    }
}
