package cd.go.contrib.k8sexec.plugin.task;

import cd.go.contrib.k8sexec.plugin.run.Script;
import cd.go.contrib.k8sexec.plugin.run.TaskFailure;
import cd.go.contrib.k8sexec.protocol.InvalidValue;
import cd.go.contrib.k8sexec.protocol.RequestField;
import cd.go.contrib.k8sexec.protocol.Setting;
import cd.go.contrib.k8sexec.protocol.Text;
import cd.go.contrib.k8sexec.protocol.Version;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One run of the task, as GoCD's agent asks for it with {@code execute}.
 *
 * <p>The working directory is relative to the agent's own (Pipeline.java:59). The variables are the job's, secure ones
 * in clear among them, without the agent's own and without {@code _}.
 */
public final class TaskRequest implements Script {

    /** A shell's own variable, the path of its last command: the replaced plugin left it out too. */
    private static final String LAST_COMMAND = "_";

    private final TaskConfig config;
    private final Optional<String> workingDirectory;
    private final Map<String, String> environment;

    public TaskRequest(TaskConfig config, Optional<String> workingDirectory, Map<String, String> environment) {
        this.config = config;
        this.workingDirectory = workingDirectory;
        this.environment = Collections.unmodifiableMap(new LinkedHashMap<>(environment));
    }

    /**
     * Reads the body of GoCD's request.
     *
     * @throws TaskFailure if it is not the JSON object that GoCD's task extension 1.0 sends
     */
    public static TaskRequest parse(ObjectMapper json, String body) throws TaskFailure {
        JsonNode request = readObject(json, body);
        JsonNode context = request.path("context");
        Map<String, String> environment = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> variable :
                context.path("environmentVariables").properties()) {
            environment.put(variable.getKey(), variable.getValue().asText(""));
        }
        environment.remove(LAST_COMMAND);
        JsonNode directory = context.path("workingDirectory");
        return new TaskRequest(
                TaskConfig.parse(request.path("config")),
                directory.isTextual() ? Optional.of(directory.textValue()) : Optional.empty(),
                environment);
    }

    private static JsonNode readObject(ObjectMapper json, String body) throws TaskFailure {
        try {
            JsonNode request = json.readTree(body == null ? "" : body);
            if (request.isObject()) {
                return request;
            }
        } catch (JsonProcessingException e) {
            // Its text quotes the request, and the request has secrets.
        }
        throw new TaskFailure("GoCD's request to run the task is not a JSON object, so nothing was run."
                + " Check that this plugin's version fits GoCD's.");
    }

    public TaskConfig config() {
        return config;
    }

    @Override
    public Map<String, String> environment() {
        return environment;
    }

    @Override
    public Optional<String> setting(Setting setting) {
        return config.setting(setting);
    }

    @Override
    public Map<String, Version> needed() {
        Map<String, Version> needed = new LinkedHashMap<>();
        for (Setting setting : TaskDefinition.SETTINGS) {
            if (config.setting(setting).isPresent()) {
                needed.put(setting.property().orElseThrow(), setting.since());
            }
        }
        // a property that becomes a field has its name
        for (RequestField field : RequestField.values()) {
            if (config.isSet(field.key())) {
                // one that an option of an older k8s-exec can stand in for is known to that one
                needed.putIfAbsent(field.key(), field.since());
            }
        }
        return needed;
    }

    private Optional<String> container() {
        return config.setting(Setting.CONTAINER);
    }

    /** @throws TaskFailure if a text in it cannot be passed on, as {@link Text} says */
    @Override
    public byte[] request(ObjectMapper json, Version known) throws TaskFailure {
        check("The script", config.script());
        for (Map.Entry<String, String> variable : environment.entrySet()) {
            check("The name of an environment variable", variable.getKey());
            check("The environment variable " + variable.getKey(), variable.getValue());
        }
        Optional<String> directory = directory();
        check("The working directory", directory.orElse(""));
        ObjectNode request = json.createObjectNode()
                .put(RequestField.VERSION.key(), RequestField.FORMAT)
                .put(RequestField.SCRIPT.key(), config.script())
                .put(RequestField.SHELL.key(), config.shell());
        directory.ifPresent(path -> request.put(RequestField.WORKING_DIRECTORY.key(), path));
        // sent only if the task asks for it: an older k8s-exec refuses a field that it does not know
        if (config.isFailFast()) {
            request.put(RequestField.FAIL_FAST.key(), true);
        }
        if (config.isTrace()) {
            request.put(RequestField.TRACE.key(), true);
        }
        container()
                .filter(name -> known.has(RequestField.CONTAINER.since()))
                .ifPresent(name -> request.put(RequestField.CONTAINER.key(), name));
        if (known.has(RequestField.LIFELINE.since())) {
            request.put(RequestField.LIFELINE.key(), true);
        }
        ObjectNode variables = request.putObject(RequestField.ENVIRONMENT.key());
        environment.forEach(variables::put);
        return writeBytes(json, request);
    }

    /** The task's own directory is below the job's. */
    private Optional<String> directory() {
        return config.workingDirectory()
                .map(own -> workingDirectory.map(job -> job + '/' + own).orElse(own))
                .or(() -> workingDirectory);
    }

    @Override
    public List<String> options(Version known) {
        boolean containerIsField = known.has(RequestField.CONTAINER.since());
        List<String> options = new ArrayList<>();
        for (Setting setting : TaskDefinition.SETTINGS) {
            if (setting != Setting.CONTAINER || !containerIsField) {
                config.setting(setting).ifPresent(value -> options.add(setting.option() + '=' + value));
            }
        }
        if (container().isPresent() && !containerIsField) {
            // the Pod's GO_K8S_CONTAINER_PID would go before the option, but the task's setting is meant
            options.add(Setting.PID.option() + '=');
        }
        return options;
    }

    private static void check(String what, String text) throws TaskFailure {
        try {
            Text.check(text);
        } catch (InvalidValue e) {
            throw new TaskFailure(TaskConfig.sentences(what + ' ' + e.reason() + ". Nothing was run", e.remedy()));
        }
    }

    private static byte[] writeBytes(ObjectMapper json, JsonNode request) {
        try {
            return json.writeValueAsBytes(request);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of checked strings is always written");
        }
    }
}
