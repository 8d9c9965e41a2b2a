package cd.go.contrib.k8sexec.plugin.gocd;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.thoughtworks.go.plugin.api.GoPlugin;
import com.thoughtworks.go.plugin.api.exceptions.UnhandledRequestTypeException;
import com.thoughtworks.go.plugin.api.request.DefaultGoPluginApiRequest;
import com.thoughtworks.go.plugin.api.response.GoPluginApiResponse;
import com.thoughtworks.go.plugin.api.task.JobConsoleLogger;
import com.thoughtworks.go.plugin.api.task.TaskExecutionContext;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** Asks a task plugin what GoCD's agent asks it, in GoCD's own form. */
public final class GoAgent {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final GoPlugin plugin;

    public GoAgent(GoPlugin plugin) {
        this.plugin = plugin;
    }

    /** Sends one request; a null body is none. */
    public GoPluginApiResponse ask(String name, String body) {
        DefaultGoPluginApiRequest request = new DefaultGoPluginApiRequest("task", "1.0", name);
        request.setRequestBody(body);
        try {
            return plugin.handle(request);
        } catch (UnhandledRequestTypeException e) {
            throw new IllegalArgumentException(name, e);
        }
    }

    /** What the plugin answers to a request, which has to succeed. */
    public JsonNode answer(String name, String body) {
        GoPluginApiResponse response = ask(name, body);
        if (response.responseCode() != 200) {
            throw new AssertionError(name + " was answered with code " + response.responseCode());
        }
        return parse(response.responseBody());
    }

    /** Runs the task; the console is there for the plugin from the request to the answer, and not longer. */
    public Answer execute(GoConsole console, String body) {
        Context.set(console.context());
        try {
            GoPluginApiResponse response = ask("execute", body);
            if (response.responseCode() != 200) {
                throw new AssertionError("GoCD takes no answer to execute but one with code 200");
            }
            return new Answer(parse(response.responseBody()));
        } finally {
            Context.set(null);
        }
    }

    /**
     * Cancels the job: SIGTERM to each process that the agent has started, and those have. The plugin is told nothing.
     */
    public static void cancel() {
        ProcessHandle.current().descendants().forEach(ProcessHandle::destroy);
    }

    /** The body of {@code execute} for a task; a null directory or property is left out. */
    public static String taskBody(
            String script, String shell, String workingDirectory, Map<String, String> environment) {
        return taskBody(properties(script, shell), workingDirectory, environment);
    }

    /** The body of {@code execute} for a task with these properties; a null directory is left out. */
    public static String taskBody(
            Map<String, String> properties, String workingDirectory, Map<String, String> environment) {
        ObjectNode body = JSON.createObjectNode();
        ObjectNode context = body.putObject("context");
        if (workingDirectory != null) {
            context.put("workingDirectory", workingDirectory);
        }
        ObjectNode variables = context.putObject("environmentVariables");
        environment.forEach(variables::put);
        body.set("config", withDetails(properties));
        return body.toString();
    }

    /** The body of {@code validate} for a task; a null property is left out. */
    public static String propertiesBody(String script, String shell) {
        return propertiesBody(properties(script, shell));
    }

    /** The body of {@code validate} for a task with these properties. */
    public static String propertiesBody(Map<String, String> properties) {
        return withDetails(properties).toString();
    }

    private static Map<String, String> properties(String script, String shell) {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("script", script);
        properties.put("shtype", shell);
        properties.values().removeIf(Objects::isNull);
        return properties;
    }

    private static ObjectNode withDetails(Map<String, String> properties) {
        ObjectNode details = JSON.createObjectNode();
        properties.forEach((key, value) ->
                details.putObject(key).put("value", value).put("secure", false).put("required", true));
        return details;
    }

    public static JsonNode parse(String json) {
        try {
            return JSON.readTree(json);
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new AssertionError("not JSON: " + json, e);
        }
    }

    /** What the plugin answered to execute. */
    public static final class Answer {

        public final boolean success;
        public final String message;

        private Answer(JsonNode json) {
            if (!json.path("success").isBoolean() || !json.path("message").isTextual()) {
                throw new AssertionError("GoCD needs a Boolean and a text: " + json);
            }
            success = json.get("success").booleanValue();
            message = json.get("message").textValue();
        }

        @Override
        public String toString() {
            return (success ? "passed: " : "failed: ") + message;
        }
    }

    /** GoCD sets the context of JobConsoleLogger by a subclass, too. */
    private static final class Context extends JobConsoleLogger {

        private static void set(TaskExecutionContext task) {
            context = task;
        }
    }
}
