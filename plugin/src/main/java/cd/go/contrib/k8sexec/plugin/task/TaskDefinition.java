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
 * <p>Names, default and order are those of version 1.0.0 of the plugin that this one replaces, so that its pipelines run
 * unchanged. {@code default-value} and {@code display-order} are strings, as GoCD demands
 * (JsonBasedTaskExtensionHandler_V1.java:61-102).
 */
public final class TaskDefinition {

    static final String SCRIPT = "script";
    static final String SHELL = "shtype";

    private static final String TEMPLATE = "task.template.html";

    /** The properties of the task, as GoCD's request {@code configuration} wants them. */
    public JsonNode configuration() {
        ObjectNode properties = JsonNodeFactory.instance.objectNode();
        properties.putObject(SCRIPT)
                .put("display-name", "Script").put("display-order", "0").put("required", true).put("secure", false);
        properties.putObject(SHELL).put("default-value", "bash")
                .put("display-name", "Shell").put("display-order", "1").put("required", true).put("secure", false);
        return properties;
    }

    /** The task's name and its AngularJS form, as GoCD's request {@code view} wants them. */
    public JsonNode view() {
        return JsonNodeFactory.instance.objectNode().put("displayValue", "k8s Executor").put("template", template());
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
