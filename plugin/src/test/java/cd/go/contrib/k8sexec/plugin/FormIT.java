package cd.go.contrib.k8sexec.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import cd.go.contrib.k8sexec.plugin.gocd.GoAgent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The task's form in a real browser, with GoCD's AngularJS and both of GoCD's ways to name fields
 * (src/test/form/gocd.js). Needs Chromium and npm; AngularJS is fetched into target/form once.
 */
@Needs({Need.CHROMIUM, Need.NPM})
@Tag("without-k8s-exec")
class FormIT {
    private static final Path FOLDER = Path.of("target/form").toAbsolutePath();
    private static final Path SOURCES = Path.of("src/test/form");
    private static final Path ANGULAR = FOLDER.resolve("node_modules/angular/angular.min.js");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final GoAgent GOCD = new GoAgent(new K8sExecutorPlugin());
    private static final JsonNode DEFINITION =
            GoAgent.parse(GOCD.ask("configuration", null).responseBody());
    private static final String SCRIPT = "npm ci\nnpm test -- --ci --reporters=default\n";

    @BeforeAll
    static void fetchAngular() throws Exception {
        Files.createDirectories(FOLDER);
        if (!Files.exists(ANGULAR)) {
            run(
                    "npm",
                    "install",
                    "--prefix",
                    FOLDER.toString(),
                    "--no-save",
                    "--no-audit",
                    "--no-fund",
                    "angular@1.8.3");
        }
        for (String file : List.of("page.html", "gocd.js")) {
            Files.copy(SOURCES.resolve(file), FOLDER.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"scope", "form"})
    void a_new_task_has_bash_and_nothing_else_set(String naming) throws Exception {
        JsonNode report = render(naming, Map.of(), Map.of(), Map.of());

        assertEquals(GoAgent.parse("{\"shtype\":\"bash\"}"), report.get("saved"));
        assertEquals("bash", report.at("/fields/shtype/shows").textValue());
        assertTrue(report.get("folded").booleanValue());
        assertTrue(report.at("/fields/script/font").textValue().endsWith("monospace"), report.toPrettyString());
        report.get("fields").forEach(field -> {
            assertTrue(field.get("help").textValue().endsWith("."), report.toPrettyString());
            assertEquals("", field.get("error").textValue());
            assertFalse(field.get("marked").booleanValue());
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"scope", "form"})
    void a_task_of_the_replaced_plugin_stays_as_it_is(String naming) throws Exception {
        JsonNode report = render(naming, Map.of("script", "  make\n\n", "shtype", "zsh"), Map.of(), Map.of());

        assertEquals(JSON.valueToTree(Map.of("script", "  make\n\n", "shtype", "zsh")), report.get("saved"));
        assertEquals("zsh", report.at("/fields/shtype/shows").textValue());
    }

    @ParameterizedTest
    @ValueSource(strings = {"scope", "form"})
    void what_is_entered_is_saved_as_text(String naming) throws Exception {
        Map<String, String> entered = new LinkedHashMap<>(Map.of(
                "script",
                SCRIPT,
                "shtype",
                "/usr/bin/bash",
                "failFast",
                "true",
                "trace",
                "true",
                "workingDirectory",
                "web",
                "timeout",
                "30m",
                "user",
                "1000:1000",
                "grace",
                "20s"));
        entered.putAll(Map.of("container", "tools", "enter", "setns", "hold", "15m"));
        JsonNode report = render(naming, Map.of("script", "make", "shtype", "python3.12"), Map.of(), entered);

        assertEquals(JSON.valueToTree(entered), report.get("saved"));
        assertTrue(GoAgent.parse(
                        GOCD.ask("validate", GoAgent.propertiesBody(entered)).responseBody())
                .get("errors")
                .isEmpty());
        if (naming.equals("form")) {
            entered.forEach((key, value) -> assertEquals(
                    value,
                    report.get("posted").get("task[" + key + "]").textValue().replace("\r\n", "\n"),
                    key));
        }
    }

    @Test
    void what_is_saved_is_shown_and_can_be_taken_back() throws Exception {
        Map<String, String> values =
                Map.of("script", SCRIPT, "shtype", "python3.12", "failFast", "true", "trace", "true", "user", "target");
        JsonNode report = render("scope", values, Map.of(), Map.of("failFast", "", "user", ""));

        assertEquals("python3.12", report.at("/fields/shtype/shows").textValue());
        assertTrue(report.at("/fields/trace/shows").booleanValue());
        assertEquals("", report.at("/saved/failFast").textValue());
        assertEquals("true", report.at("/saved/trace").textValue());
        assertEquals("", report.at("/saved/user").textValue());
    }

    @ParameterizedTest
    @ValueSource(strings = {"scope", "form"})
    void each_error_stands_beside_its_field(String naming) throws Exception {
        Map<String, String> wrong = new LinkedHashMap<>(Map.of(
                "script",
                " ",
                "shtype",
                "bash -x",
                "failFast",
                "yes",
                "trace",
                "yes",
                "workingDirectory",
                "..",
                "timeout",
                "long",
                "user",
                "root",
                "grace",
                "short"));
        wrong.putAll(Map.of("container", "a b", "enter", "door", "hold", "fast"));
        Map<String, String> errors = new LinkedHashMap<>();
        GoAgent.parse(GOCD.ask("validate", GoAgent.propertiesBody(wrong)).responseBody())
                .get("errors")
                .properties()
                .forEach(error -> errors.put(error.getKey(), error.getValue().textValue()));
        assertEquals(DEFINITION.size(), errors.size(), errors.toString());
        JsonNode report = render(naming, wrong, errors, Map.of());

        errors.forEach((key, error) -> {
            assertEquals(error, report.get("fields").get(key).get("error").textValue(), report.toPrettyString());
            assertTrue(report.get("fields").get(key).get("marked").booleanValue(), key);
        });
        assertFalse(report.get("folded").booleanValue(), "errors are folded away");
    }

    /** The picture in docs/task-form.png is a copy of the one that this makes: target/task-form.png. */
    @Test
    void a_picture_shows_the_form() throws Exception {
        render(
                "scope",
                Map.of("script", SCRIPT, "shtype", "bash", "failFast", "true", "timeout", "30m", "container", "tools"),
                Map.of(),
                Map.of());
        Path picture = FOLDER.resolveSibling("task-form.png");
        Files.deleteIfExists(picture);

        chromium("--window-size=840,1090", "--screenshot=" + picture);

        assertEquals("PNG", new String(Files.readAllBytes(picture), 1, 3, StandardCharsets.ISO_8859_1));
    }

    private static JsonNode render(
            String naming, Map<String, String> values, Map<String, String> errors, Map<String, String> entered)
            throws Exception {
        write(naming, values, errors, entered);
        String dom = chromium("--dump-dom");
        String start = "<pre id=\"report\" hidden=\"\">";
        assertTrue(dom.contains(start + '{'), dom);
        String report = dom.substring(dom.indexOf(start) + start.length());
        JsonNode json = GoAgent.parse(report.substring(0, report.indexOf("</pre>"))
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&amp;", "&"));
        assertTrue(json.get("failures").isEmpty(), json.toPrettyString());
        assertFalse(json.get("unresolved").booleanValue(), json.toPrettyString());
        return json;
    }

    private static void write(
            String naming, Map<String, String> values, Map<String, String> errors, Map<String, String> entered)
            throws IOException {
        ObjectNode task = JSON.createObjectNode().put("naming", naming);
        task.set(
                "template", GoAgent.parse(GOCD.ask("view", null).responseBody()).get("template"));
        List<String> keys = new ArrayList<>();
        DEFINITION.fieldNames().forEachRemaining(keys::add);
        task.set("keys", JSON.valueToTree(keys));
        task.set("values", JSON.valueToTree(values));
        task.set("errors", JSON.valueToTree(errors));
        task.set("entered", JSON.valueToTree(entered));
        Files.writeString(FOLDER.resolve("task.js"), "const task = " + task + ";\n");
    }

    private static String chromium(String... arguments) throws Exception {
        Path profile = Files.createTempDirectory("chromium");
        List<String> command = new ArrayList<>(List.of(
                "chromium",
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--disable-dev-shm-usage",
                "--hide-scrollbars",
                "--user-data-dir=" + profile));
        command.addAll(List.of(arguments));
        command.add(FOLDER.resolve("page.html").toUri().toString());
        try {
            return run(command.toArray(String[]::new));
        } finally {
            deleteTree(profile);
        }
    }

    private static String run(String... command) throws Exception {
        Path output = Files.createTempFile(FOLDER, "output", ".txt");
        Process process = new ProcessBuilder(command)
                .redirectOutput(output.toFile())
                .redirectError(FOLDER.resolve("log.txt").toFile())
                .start();
        process.getOutputStream().close();
        if (!process.waitFor(5, TimeUnit.MINUTES)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            fail("still running: " + String.join(" ", command));
        }
        String text = Files.readString(output);
        Files.delete(output);
        assertEquals(0, process.exitValue(), text + Files.readString(FOLDER.resolve("log.txt")));
        return text;
    }

    /** Chromium's last processes may still write there. */
    private static void deleteTree(Path folder) throws IOException, InterruptedException {
        new ProcessBuilder("rm", "-rf", folder.toString()).start().waitFor();
    }
}
