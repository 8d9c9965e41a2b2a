package cd.go.contrib.k8sexec.plugin.task;

import cd.go.contrib.k8sexec.protocol.Flags;
import cd.go.contrib.k8sexec.protocol.Interpreter;
import cd.go.contrib.k8sexec.protocol.InvalidValue;
import cd.go.contrib.k8sexec.protocol.Setting;
import cd.go.contrib.k8sexec.protocol.Text;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The properties of one task as its pipeline gives them.
 *
 * <p>Anything may be in them: GoCD does not enforce {@code required}, and it never validates pipelines that come from
 * config repositories. So {@link #errors()} is asked again before a script is run. A property that is blank is not set.
 */
public final class TaskConfig {

    private static final int LONGEST_ECHO = 20;

    private final JsonNode properties;

    private TaskConfig(JsonNode properties) {
        this.properties = properties;
    }

    /** Reads {@code {"script":{"value":"…"},"shtype":{"value":"…"}}}; what is missing is empty. */
    public static TaskConfig parse(JsonNode properties) {
        return new TaskConfig(properties);
    }

    private String value(String key) {
        return properties.path(key).path("value").asText("");
    }

    private Optional<String> option(String key) {
        return Optional.of(value(key).strip()).filter(value -> !value.isEmpty());
    }

    public String script() {
        return value(TaskDefinition.SCRIPT);
    }

    /** What runs the script; {@code sh} if the task names nothing, as the replaced plugin had it. */
    public String shell() {
        return option(TaskDefinition.SHELL).orElse(Interpreter.SH.program());
    }

    /** Whether the script ends at its first command that fails. */
    public boolean isFailFast() {
        return isTrue(TaskDefinition.FAIL_FAST);
    }

    /** Whether each command is shown before it runs. */
    public boolean isTrace() {
        return isTrue(TaskDefinition.TRACE);
    }

    /** What is neither true nor false is one of the {@link #errors()}. */
    private boolean isTrue(String key) {
        return option(key).orElse("").equalsIgnoreCase("true");
    }

    /** The folder below the job's in which the script starts. */
    public Optional<String> workingDirectory() {
        return option(TaskDefinition.WORKING_DIRECTORY);
    }

    /** Whether the task has a property of that name, and not a blank one. */
    boolean isSet(String key) {
        return option(key).isPresent();
    }

    /** As k8s-exec reads it. */
    public Optional<String> setting(Setting setting) {
        return setting.property().flatMap(this::option);
    }

    /** A message for each property that cannot be used, by the property's key; empty if all is well. */
    public Map<String, String> errors() {
        Map<String, String> errors = new LinkedHashMap<>();
        try {
            Text.checkScript(script());
        } catch (InvalidValue e) {
            errors.put(TaskDefinition.SCRIPT, sentences("The script " + e.reason(), e.remedy()));
        }
        checkShell(errors);
        check(errors, TaskDefinition.FAIL_FAST, "Fail fast", Flags::parse);
        check(errors, TaskDefinition.TRACE, "Trace", Flags::parse);
        check(errors, TaskDefinition.WORKING_DIRECTORY, "The working directory", TaskConfig::checkDirectory);
        for (Setting setting : TaskDefinition.SETTINGS) {
            String name = "The " + setting.title().toLowerCase(Locale.ROOT);
            check(errors, setting.property().orElseThrow(), name, setting::parse);
        }
        return errors;
    }

    /**
     * As {@link #errors()}, of a task that is being saved: GoCD puts in the values of parameters ({@code #{NAME}}) only
     * later, so what depends on one cannot be judged yet.
     */
    public Map<String, String> errorsBeforeParameters() {
        Map<String, String> errors = errors();
        errors.keySet().removeIf(this::hasParameter);
        if (hasParameter(TaskDefinition.SCRIPT) && shell().equals(Interpreter.SHEBANG)) {
            errors.keySet().removeAll(List.of(TaskDefinition.SHELL, TaskDefinition.FAIL_FAST, TaskDefinition.TRACE));
        }
        return errors;
    }

    private boolean hasParameter(String key) {
        return option(key).orElse("").contains("#{");
    }

    private void checkShell(Map<String, String> errors) {
        try {
            Interpreter interpreter = Interpreter.of(shell(), script());
            if (isFailFast()) {
                checkShellOption(errors, TaskDefinition.FAIL_FAST, "Fail fast", interpreter, Interpreter::failingFast);
            }
            if (isTrace()) {
                checkShellOption(errors, TaskDefinition.TRACE, "Trace", interpreter, Interpreter::tracing);
            }
        } catch (InvalidValue e) {
            errors.put(TaskDefinition.SHELL, sentences("The shell " + echo(shell()) + ' ' + e.reason(), e.remedy()));
        }
    }

    private static void checkShellOption(
            Map<String, String> errors, String key, String name, Interpreter interpreter, Check<Interpreter> option) {
        try {
            option.check(interpreter);
        } catch (InvalidValue e) {
            String program = echo(interpreter.name());
            errors.put(
                    key, sentences(name + ' ' + e.reason() + ", and " + program + " is not known as one", e.remedy()));
        }
    }

    private void check(Map<String, String> errors, String key, String name, Check<String> check) {
        String value = option(key).orElse("");
        if (!value.isEmpty()) {
            try {
                check.check(value);
            } catch (InvalidValue e) {
                errors.put(key, sentences(name + ' ' + echo(value) + ' ' + e.reason(), e.remedy()));
            }
        }
    }

    private static void checkDirectory(String directory) throws InvalidValue {
        boolean leaves = directory.startsWith("/") || directory.chars().anyMatch(Character::isISOControl);
        int depth = 0;
        for (String name : directory.split("/")) {
            depth += name.equals("..") ? -1 : name.isEmpty() || name.equals(".") ? 0 : 1;
            leaves |= depth < 0;
        }
        if (leaves) {
            throw new InvalidValue(
                    "is not below the job's",
                    "enter a path relative to the job's directory, without leaving it by \"..\"");
        }
    }

    /** A finding and its remedy as GoCD's users read them. */
    static String sentences(String finding, String remedy) {
        return finding + ". " + Character.toUpperCase(remedy.charAt(0)) + remedy.substring(1) + '.';
    }

    private static String echo(String value) {
        boolean plain = value.length() <= LONGEST_ECHO && value.chars().noneMatch(Character::isISOControl);
        return plain ? '"' + value + '"' : "(a value of " + value.length() + " characters)";
    }

    private interface Check<T> {

        void check(T value) throws InvalidValue;
    }
}
