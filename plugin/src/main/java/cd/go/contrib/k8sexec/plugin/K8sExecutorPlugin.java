package cd.go.contrib.k8sexec.plugin;

import cd.go.contrib.k8sexec.plugin.console.ConsoleBacklog;
import cd.go.contrib.k8sexec.plugin.run.Agent;
import cd.go.contrib.k8sexec.plugin.run.ExecutableFinder;
import cd.go.contrib.k8sexec.plugin.run.ScriptExecution;
import cd.go.contrib.k8sexec.plugin.run.TaskFailure;
import cd.go.contrib.k8sexec.plugin.run.TaskResult;
import cd.go.contrib.k8sexec.plugin.run.VersionCheck;
import cd.go.contrib.k8sexec.plugin.task.TaskConfig;
import cd.go.contrib.k8sexec.plugin.task.TaskDefinition;
import cd.go.contrib.k8sexec.plugin.task.TaskRequest;
import cd.go.contrib.k8sexec.protocol.Version;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.thoughtworks.go.plugin.api.GoApplicationAccessor;
import com.thoughtworks.go.plugin.api.GoPlugin;
import com.thoughtworks.go.plugin.api.GoPluginIdentifier;
import com.thoughtworks.go.plugin.api.annotation.Extension;
import com.thoughtworks.go.plugin.api.annotation.Load;
import com.thoughtworks.go.plugin.api.exceptions.UnhandledRequestTypeException;
import com.thoughtworks.go.plugin.api.info.PluginContext;
import com.thoughtworks.go.plugin.api.request.GoPluginApiRequest;
import com.thoughtworks.go.plugin.api.response.DefaultGoPluginApiResponse;
import com.thoughtworks.go.plugin.api.response.GoPluginApiResponse;
import com.thoughtworks.go.plugin.api.task.JobConsoleLogger;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * GoCD's task "k8s Executor": runs its script in another container of the elastic agent's Pod.
 *
 * <p>This is where GoCD enters. The server asks for {@code configuration}, {@code view} and {@code validate}, the agent
 * for {@code configuration} and {@code execute}. {@code execute} always answers with code 200 and a message; what goes
 * wrong is told in the message and never thrown.
 */
@Extension
public final class K8sExecutorPlugin implements GoPlugin {

    private final ObjectMapper json = new ObjectMapper();
    private final TaskDefinition definition = new TaskDefinition();
    private final ConsoleBacklog backlog = new ConsoleBacklog();
    private final Agent agent;
    private final VersionCheck versionCheck;

    /** For GoCD, which needs a public constructor without parameters. */
    public K8sExecutorPlugin() {
        this(Agent.current());
    }

    /** For an agent other than the process that this runs in. */
    public K8sExecutorPlugin(Agent agent) {
        this.agent = agent;
        this.versionCheck = new VersionCheck(agent.executableVersions());
    }

    /** For GoCD, which calls it once when it has loaded the plugin. */
    @Load
    public void load(PluginContext context) {
        Thread rehearsal = new Thread(new Rehearsal(agent, versionCheck, json), Rehearsal.NAME);
        rehearsal.setDaemon(true);
        rehearsal.start();
    }

    @Override
    public void initializeGoApplicationAccessor(GoApplicationAccessor accessor) {
        // The plugin asks GoCD for nothing.
    }

    @Override
    public GoPluginIdentifier pluginIdentifier() {
        return new GoPluginIdentifier("task", List.of("1.0"));
    }

    /**
     * Answers one request of GoCD. The names with {@code go.plugin-settings} are those that the replaced plugin knew
     * too.
     *
     * @throws UnhandledRequestTypeException for a request that no task plugin has to answer
     */
    @Override
    public GoPluginApiResponse handle(GoPluginApiRequest request) throws UnhandledRequestTypeException {
        switch (String.valueOf(request.requestName())) {
            case "configuration":
            case "go.plugin-settings.get-configuration":
                return answer(definition.configuration());
            case "view":
            case "go.plugin-settings.get-view":
                return answer(definition.view());
            case "validate":
            case "go.plugin-settings.validate-configuration":
                return validate(request.requestBody());
            case "execute":
                return answer(execute(request.requestBody()));
            default:
                throw new UnhandledRequestTypeException(request.requestName());
        }
    }

    private GoPluginApiResponse validate(String body) {
        JsonNode properties;
        try {
            properties = json.readTree(body == null ? "{}" : body);
        } catch (JsonProcessingException e) {
            return DefaultGoPluginApiResponse.badRequest("The task's properties are not JSON.");
        }
        ObjectNode answer = json.createObjectNode();
        ObjectNode errors = answer.putObject("errors");
        TaskConfig.parse(properties).errorsBeforeParameters().forEach(errors::put);
        return answer(answer);
    }

    private JsonNode execute(String body) {
        TaskResult result;
        try {
            result = run(TaskRequest.parse(json, body));
        } catch (TaskFailure e) {
            result = TaskResult.failure(e.getMessage());
        } catch (RuntimeException | Error e) {
            result = TaskResult.failure(fault(e));
        }
        return json.createObjectNode().put("success", result.isSuccess()).put("message", result.message());
    }

    private TaskResult run(TaskRequest task) throws TaskFailure {
        Map<String, String> errors = task.config().errors();
        if (!errors.isEmpty()) {
            return TaskResult.failure(String.join(" ", errors.values()));
        }
        Path executable = new ExecutableFinder(agent).find();
        Version known = versionCheck.require(task, executable);
        return new ScriptExecution(agent, executable, JobConsoleLogger.getConsoleLogger(), backlog, json)
                .run(task, known);
    }

    /** Says where, and not the exception's own text: that may quote a value of the request. */
    private static String fault(Throwable fault) {
        StackTraceElement[] trace = fault.getStackTrace();
        return "The k8s-executor plugin failed: " + fault.getClass().getName()
                + (trace.length == 0 ? "" : " at " + trace[0])
                + ". It is not known how the script ended. Please report this as a fault of the plugin.";
    }

    private static GoPluginApiResponse answer(JsonNode body) {
        return DefaultGoPluginApiResponse.success(body.toString());
    }
}
