package cd.go.contrib.k8sexec.plugin.task;

import cd.go.contrib.k8sexec.protocol.Setting;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What GoCD shows of the task: its properties, its name and its form.
 *
 * <p>Names, default and order of the first two are those of version 1.0.0 of the plugin that this one replaces, so that
 * its pipelines run unchanged. The others are optional and have no default. {@code default-value} and {@code
 * display-order} are strings, as GoCD demands (JsonBasedTaskExtensionHandler_V1.java:61-102).
 */
public final class TaskDefinition {

    static final String SCRIPT = "script";
    static final String SHELL = "shtype";
    static final String FAIL_FAST = "failFast";
    static final String TRACE = "trace";
    static final String WORKING_DIRECTORY = "workingDirectory";

    /** What a task can set that k8s-exec has an option for; the key of each is its {@link Setting#property()}. */
    static final List<Setting> SETTINGS = Arrays.stream(Setting.values())
            .filter(setting -> setting.property().isPresent())
            .collect(Collectors.toUnmodifiableList());

    private static final String TEMPLATE = "task.template.html";
    private static final String TEMPLATE_OF_SETTING = "setting.template.html";

    /** The properties of the task, as GoCD's request {@code configuration} wants them. */
    public JsonNode configuration() {
        ObjectNode properties = JsonNodeFactory.instance.objectNode();
        put(properties, SCRIPT, "Script", true);
        put(properties, SHELL, "Shell", true).put("default-value", "bash");
        put(properties, FAIL_FAST, "Fail fast", false);
        put(properties, TRACE, "Trace", false);
        put(properties, WORKING_DIRECTORY, "Working directory", false);
        for (Setting setting : SETTINGS) {
            put(properties, setting.property().orElseThrow(), setting.title(), false);
        }
        return properties;
    }

    private static ObjectNode put(ObjectNode properties, String key, String name, boolean required) {
        String order = String.valueOf(properties.size());
        return properties
                .putObject(key)
                .put("display-name", name)
                .put("display-order", order)
                .put("required", required)
                .put("secure", false);
    }

    /** The task's name and its AngularJS form, as GoCD's request {@code view} wants them. */
    public JsonNode view() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("displayValue", "k8s Executor")
                .put("template", template());
    }

    private static String template() {
        String block = resource(TEMPLATE_OF_SETTING);
        List<String> keys = new ArrayList<>(List.of(WORKING_DIRECTORY));
        StringBuilder settings = new StringBuilder();
        for (Setting setting : SETTINGS) {
            keys.add(setting.property().orElseThrow());
            settings.append(form(block, setting));
        }
        return resource(TEMPLATE)
                .replace("@SETTINGS@", settings)
                .replace(
                        "@SET_OR_WRONG@",
                        keys.stream()
                                .map(key -> key + " || GOINPUTNAME[" + key + "].$error.server")
                                .collect(Collectors.joining(" || ")));
    }

    private static String form(String block, Setting setting) {
        return block.replace("@KEY@", setting.property().orElseThrow())
                .replace("@TITLE@", setting.title())
                .replace("@DEFAULT@", setting.defaultText())
                .replace("@HELP@", setting.text().replaceAll("`([^`]*)`", "<code>$1</code>"))
                .replace(
                        "@WORDS@",
                        setting.words().stream()
                                .map(word -> "<option value=\"" + word + "\"></option>")
                                .collect(Collectors.joining()));
    }

    private static String resource(String name) {
        try (InputStream in = TaskDefinition.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is missing in the plugin's jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(name + " cannot be read from the plugin's jar", e);
        }
    }
}
