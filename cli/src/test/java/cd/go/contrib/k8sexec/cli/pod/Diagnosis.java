package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import cd.go.contrib.k8sexec.cli.pod.Pod.Result;
import io.restassured.path.json.JsonPath;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What doctor said, as JSON. */
record Diagnosis(Result result, JsonPath json) {
    static Diagnosis diagnose(Pod of) {
        return diagnose(of, Map.of());
    }

    static Diagnosis diagnose(Pod of, Map<String, String> environment) {
        return new Diagnosis(of.k8sExec(environment, "", "doctor", "--json"));
    }

    /** The command line of doctor behind another program's. */
    static String[] inAgent(String... program) {
        List<String> command = new ArrayList<>(List.of("env", "GO_K8S_CONTAINER_SHARED_ROOT=/go"));
        command.addAll(Arrays.asList(program));
        command.addAll(List.of(Pod.K8S_EXEC.toString(), "doctor", "--json"));
        return command.toArray(String[]::new);
    }

    /** What a remedy's "env: [{name: …, value: …}" sets. */
    static Map<String, String> variable(String remedy) {
        Matcher variable =
                Pattern.compile("env: \\[\\{name: (\\w+), value: ([^}]+)}").matcher(remedy);
        assertTrue(variable.find(), remedy);
        return Map.of(variable.group(1), variable.group(2));
    }

    /** What a remedy's "add: […]" adds, as the Pod script has it. */
    static String added(String remedy) {
        Matcher add = Pattern.compile("capabilities: \\{add: \\[([A-Z_, ]+)]}").matcher(remedy);
        assertTrue(add.find(), remedy);
        return add.group(1).toLowerCase(Locale.ROOT).replace(" ", "");
    }

    Diagnosis(Result result) {
        this(result, JsonPath.from(result.text().isEmpty() ? fail("nothing was printed" + result) : result.text()));
        assertEquals("", result.errors());
        result.assertExitCode(json.getString("status").equals("failure") ? 1 : 0);
    }

    Diagnosis assertCheck(String id, String status, String... words) {
        Map<String, String> check = json.getMap("checks.find { it.id == '" + id + "' }");
        assertEquals(status, check.get("status"), result.toString());
        for (String word : words) {
            assertTrue(check.get("finding").contains(word), word + " is not in: " + check + result);
        }
        return this;
    }

    /** @return the remedy */
    String assertFailure(String id, String... words) {
        assertCheck(id, "failure", words);
        return json.getString("checks.find { it.id == '" + id + "' }.remedy");
    }

    String assertWarning(String id, String... words) {
        assertCheck(id, "warning", words);
        return json.getString("checks.find { it.id == '" + id + "' }.remedy");
    }

    void assertFailures(String... ids) {
        assertEquals(List.of(ids), json.getList("checks.findAll { it.status == 'failure' }.id"), result.toString());
    }

    Diagnosis assertNothing(String... statuses) {
        for (String status : statuses) {
            assertEquals(
                    List.of(), json.getList("checks.findAll { it.status == '" + status + "' }.id"), result.toString());
        }
        return this;
    }
}
