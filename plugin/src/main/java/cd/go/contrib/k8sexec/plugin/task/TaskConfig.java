package cd.go.contrib.k8sexec.plugin.task;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The properties of one task as its pipeline gives them: the script and its shell.
 *
 * <p>Anything may be in them: GoCD does not enforce {@code required}, and it never validates pipelines that come from
 * config repositories. So {@link #errors()} is asked again before a script is run.
 */
public final class TaskConfig {

    private static final List<String> SHELLS = List.of("bash", "zsh", "sh");
    private static final String SHELL_OF_OLD_TASKS = "sh";
    private static final int LONGEST_ECHO = 20;

    private final String script;
    private final String shell;

    public TaskConfig(String script, String shell) {
        this.script = script;
        this.shell = shell;
    }

    /** Reads {@code {"script":{"value":"…"},"shtype":{"value":"…"}}}; what is missing is empty. */
    public static TaskConfig parse(JsonNode properties) {
        return new TaskConfig(value(properties, TaskDefinition.SCRIPT), value(properties, TaskDefinition.SHELL).strip());
    }

    private static String value(JsonNode properties, String key) {
        return properties.path(key).path("value").asText("");
    }

    public String script() {
        return script;
    }

    /** The shell to run the script with; {@code sh} where the task names none, as the replaced plugin had it. */
    public String shell() {
        return shell.isEmpty() ? SHELL_OF_OLD_TASKS : shell;
    }

    /** A message for each property that cannot be used, by the property's key; empty if all is well. */
    public Map<String, String> errors() {
        Map<String, String> errors = new LinkedHashMap<>();
        if (script.isBlank()) {
            errors.put(TaskDefinition.SCRIPT, "The script is empty. Enter the commands that the task is to run.");
        }
        if (!SHELLS.contains(shell())) {
            errors.put(TaskDefinition.SHELL,
                    "The shell " + echo(shell()) + " is not supported. Use " + String.join(", ", SHELLS) + ".");
        }
        return errors;
    }

    private static String echo(String value) {
        boolean plain = value.length() <= LONGEST_ECHO && value.chars().noneMatch(Character::isISOControl);
        return plain ? '"' + value + '"' : "(a value of " + value.length() + " characters)";
    }
}
