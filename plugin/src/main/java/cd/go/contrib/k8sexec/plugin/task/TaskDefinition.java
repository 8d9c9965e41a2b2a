package cd.go.contrib.k8sexec.plugin.task;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * What GoCD shows of the task: its properties, its name and its form.
 *
 * <p>Names, default and order of the first two are those of version 1.0.0 of the plugin that this one replaces, so that its
 * pipelines run unchanged. The others are optional and have no default. {@code default-value} and {@code display-order} are strings, as GoCD demands
 * (JsonBasedTaskExtensionHandler_V1.java:61-102).
 */
public final class TaskDefinition {

    static final String SCRIPT = "script";
    static final String SHELL = "shtype";
    static final String FAIL_FAST = "failFast";
    static final String TRACE = "trace";
    static final String WORKING_DIRECTORY = "workingDirectory";
    static final String TIMEOUT = "timeout";
    static final String USER = "user";
    static final String GRACE = "grace";
    static final String CONTAINER = "container";

    private static final String TEMPLATE = "task.template.html";

    /** The properties of the task, as GoCD's request {@code configuration} wants them. */
    public JsonNode configuration() {
        ObjectNode properties = JsonNodeFactory.instance.objectNode();
        put(properties, SCRIPT, "Script", true);
        put(properties, SHELL, "Shell", true).put("default-value", "bash");
        put(properties, FAIL_FAST, "Fail fast", false);
        put(properties, TRACE, "Trace", false);
        put(properties, WORKING_DIRECTORY, "Working directory", false);
        put(properties, TIMEOUT, "Timeout", false);
        put(properties, USER, "User", false);
        put(properties, GRACE, "Grace period", false);
        put(properties, CONTAINER, "Container", false);
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
        try (InputStream in = TaskDefinition.class.getResourceAsStream(TEMPLATE)) {
            if (in == null) {
                throw new IllegalStateException(TEMPLATE + " is missing in the plugin's jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(TEMPLATE + " cannot be read from the plugin's jar", e);
        }
    }
}
