package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import io.restassured.path.json.JsonPath;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The containers of a Pod, as the agent sees them. */
@Needs(Need.POD)
class TargetsIT {
    @RegisterExtension
    static final Pod pod = Pod.forClass("GUESTS=node maven", "GUEST_IMAGE=debian");

    @Test
    void every_container_has_its_role() {
        assertEquals(
                Map.of("", "pause", "agent", "agent", "node", "candidate", "maven", "candidate"), roles(targets()));
        assertEquals(
                Map.of("", "pause", "agent", "agent", "node", "other", "maven", "target"),
                roles(targets("--container", "maven")));
        assertEquals(
                Map.of("", "pause", "agent", "agent", "node", "target", "maven", "other"),
                roles(targets("--pid", pod.pid("node"))));
    }

    @Test
    void an_agent_that_is_not_root_knows_its_own_container_all_the_same() {
        JsonPath json = JsonPath.from(pod.exec(
                        "agent",
                        "setpriv",
                        "--reuid=1000",
                        "--regid=1000",
                        "--clear-groups",
                        Pod.K8S_EXEC.toString(),
                        "targets",
                        "--json")
                .assertExitCode(0)
                .text());

        assertEquals(Map.of("", "pause", "agent", "agent", "node", "candidate", "maven", "candidate"), roles(json));
    }

    @Test
    void what_is_known_of_a_container_is_told() {
        JsonPath json = targets();
        Map<String, Object> node = json.getMap("containers.find { it.name == 'node' }");

        assertEquals(pod.pid("node"), node.get("pid").toString());
        assertEquals("0:0", node.get("user"));
        assertEquals("/bin/sleep infinity", node.get("command"));
        assertTrue((int) node.get("ageSeconds") < 600, node.toString());
        assertTrue((int) node.get("memoryBytes") > 50_000, node.toString());
        assertTrue(List.of("cgroup", "rss").contains(node.get("memoryFrom")), node.toString());
    }

    @Test
    void people_get_a_table_in_which_nobody_can_command_their_terminal() {
        // without a parent in the Pod and with mounts of its own it passes for a container
        Process named = pod.start(
                "agent", "unshare", "--mount", "bash", "-c", "exec -a $'evil\\033[2Jname\\nline\\xc2\\x9b2J' sleep 60");
        try {
            pod.exec("agent", "sh", "-c", "until grep -qs '^evil' /proc/[0-9]*/cmdline; do sleep 0.05; done");
            String text = pod.k8sExec("", "targets").assertExitCode(0).text();
            List<String> lines = text.lines().toList();
            assertTrue(lines.get(0).matches("ROLE +PID +NAME +ID +USER +AGE +MEMORY +LIMIT +COMMAND"), text);
            assertEquals(6, lines.size(), text);
            assertTrue(
                    lines.stream()
                            .allMatch(line -> line.indexOf("65535:65535") < 0
                                    || line.indexOf("65535:65535")
                                            == lines.get(0).indexOf("USER")),
                    text);
            assertTrue(text.contains("evil?[2Jname?line?2J 60"), text);
        } finally {
            named.descendants().forEach(ProcessHandle::destroy);
            named.destroy();
        }
    }

    @Tag("smoke")
    @Test
    void a_terminal_gets_lines_of_its_width() {
        String at = "stty cols %d; exec " + Pod.K8S_EXEC + " targets";
        for (int width : List.of(60, 72)) {
            // the JVM build does not know a terminal's width
            List<String> lines = pod.exec(
                            "agent",
                            "env",
                            "COLUMNS=" + (Pod.isNative() ? "" : width),
                            "script",
                            "-qec",
                            at.formatted(width),
                            "/dev/null")
                    .text()
                    .lines()
                    .toList();
            assertEquals(5, lines.size(), lines.toString());
            assertEquals(width, lines.get(2).length(), lines.get(2));
            assertTrue(lines.get(2).endsWith("…"), lines.get(2));
        }
    }

    @Test
    void watching_goes_on_until_it_is_told_to_end() {
        String readSome =
                "{ timeout 60 \"$0\" targets --watch=300ms; echo $? >/tmp/watched; } | head -n 12; cat /tmp/watched";
        String text =
                pod.exec("agent", "sh", "-c", readSome, Pod.K8S_EXEC.toString()).text();
        assertEquals(13, text.lines().count(), text);
        // by SIGPIPE, or by itself if that is ignored
        assertTrue(
                text.endsWith("\n0\n") || text.endsWith("\n141\n"),
                "it does not end when its reader has gone: " + text);
        assertEquals(2, text.lines().filter(line -> line.startsWith("ROLE ")).count(), text);
        assertTrue(!text.contains("\033"), "terminal control without a terminal");

        for (String signal : List.of("INT", "TERM")) {
            String told = "set -m; \"$0\" targets --watch >/tmp/table & pid=$!; "
                    + "until [ -s /tmp/table ]; do sleep 0.05; done; kill -" + signal + " $pid; wait $pid; echo $?";
            String ended = pod.exec("agent", "bash", "-c", told, Pod.K8S_EXEC.toString())
                    .text();
            assertEquals(signal.equals("INT") ? "130\n" : "143\n", ended);
        }
    }

    private static JsonPath targets(String... arguments) {
        List<String> command = new ArrayList<>(List.of("targets", "--json"));
        command.addAll(List.of(arguments));
        return JsonPath.from(pod.k8sExec("", command.toArray(String[]::new))
                .assertExitCode(0)
                .text());
    }

    private static Map<String, String> roles(JsonPath json) {
        Map<String, String> roles = new HashMap<>();
        for (int i = 0; i < json.getList("containers").size(); i++) {
            String name = json.getString("containers[" + i + "].name");
            roles.put(name == null ? "" : name, json.getString("containers[" + i + "].role"));
        }
        return roles;
    }
}
