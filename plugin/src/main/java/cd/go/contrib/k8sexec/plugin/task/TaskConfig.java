package cd.go.contrib.k8sexec.plugin.task;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The properties of one task as its pipeline gives them.
 *
 * <p>Anything may be in them: GoCD does not enforce {@code required}, and it never validates pipelines that come from
 * config repositories. So {@link #errors()} is asked again before a script is run. A property that is blank is not set.
 */
public final class TaskConfig {

    /** In the place of a shell: the script's own first line says what runs it. */
    private static final String SHEBANG = "shebang";

    private static final String SHELL_OF_OLD_TASKS = "sh";
    /** A program's name, or an absolute path: what k8s-exec takes as a shell. */
    private static final Pattern INTERPRETER =
            Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.+-]*|/[^\\p{Cntrl}]*[^\\p{Cntrl}/]");
    /** Those that k8s-exec knows to have -e and -x. */
    private static final Set<String> POSIX_SHELLS = Set.of(
            "ash", "bash", "dash", "ksh", "ksh93", "lksh", "loksh", "mksh", "oksh", "pdksh", "posh", "sh", "yash",
            "zsh");

    private static final Pattern FLAG = Pattern.compile("(true|false)?", Pattern.CASE_INSENSITIVE);
    private static final Pattern USER = Pattern.compile("agent|target|\\d{1,10}:\\d{1,10}|");
    /** Not only what Kubernetes allows: a container's id and the value of K8S_EXEC_CONTAINER name it too. */
    private static final Pattern CONTAINER = Pattern.compile("[!-~]{0,253}");

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

    /** What runs the script; {@code sh} where the task names nothing, as the replaced plugin had it. */
    public String shell() {
        return option(TaskDefinition.SHELL).orElse(SHELL_OF_OLD_TASKS);
    }

    /** Whether the script ends at its first command that fails. */
    public boolean isFailFast() {
        return isTrue(TaskDefinition.FAIL_FAST);
    }

    /** Whether each command is shown before it runs. */
    public boolean isTrace() {
        return isTrue(TaskDefinition.TRACE);
    }

    private boolean isTrue(String key) {
        return option(key).orElse("").equalsIgnoreCase("true");
    }

    /** The folder below the job's in which the script starts. */
    public Optional<String> workingDirectory() {
        return option(TaskDefinition.WORKING_DIRECTORY);
    }

    /** How long the script may run, as k8s-exec reads it. */
    public Optional<String> timeout() {
        return option(TaskDefinition.TIMEOUT);
    }

    /** Who the script runs as. */
    public Optional<String> user() {
        return option(TaskDefinition.USER);
    }

    /** The time from SIGTERM to SIGKILL, as k8s-exec reads it. */
    public Optional<String> grace() {
        return option(TaskDefinition.GRACE);
    }

    /** The container that the script runs in. */
    public Optional<String> container() {
        return option(TaskDefinition.CONTAINER);
    }

    /** A message for each property that cannot be used, by the property's key; empty if all is well. */
    public Map<String, String> errors() {
        Map<String, String> errors = new LinkedHashMap<>();
        if (script().isBlank()) {
            errors.put(TaskDefinition.SCRIPT, "The script is empty. Enter the commands that the task is to run.");
        }
        shellError().ifPresent(error -> errors.put(TaskDefinition.SHELL, error));
        flagError("Fail fast", TaskDefinition.FAIL_FAST)
                .ifPresent(error -> errors.put(TaskDefinition.FAIL_FAST, error));
        flagError("Trace", TaskDefinition.TRACE).ifPresent(error -> errors.put(TaskDefinition.TRACE, error));
        if (workingDirectory().filter(TaskConfig::leaves).isPresent()) {
            errors.put(
                    TaskDefinition.WORKING_DIRECTORY,
                    "The working directory " + echo(workingDirectory().get())
                            + " is not below the job's. Enter a path relative to the job's directory, without leaving it by \"..\".");
        }
        durationError("timeout", TaskDefinition.TIMEOUT).ifPresent(error -> errors.put(TaskDefinition.TIMEOUT, error));
        if (!USER.matcher(user().orElse("")).matches()) {
            errors.put(
                    TaskDefinition.USER,
                    "The user " + echo(user().get()) + " is not known. Use agent, target or UID:GID in numbers,"
                            + " like 1000:1000.");
        }
        durationError("grace period", TaskDefinition.GRACE).ifPresent(error -> errors.put(TaskDefinition.GRACE, error));
        if (!CONTAINER.matcher(container().orElse("")).matches()) {
            errors.put(
                    TaskDefinition.CONTAINER,
                    "The container " + echo(container().get())
                            + " cannot be one. Enter its name as the Pod has it, without blanks.");
        }
        return errors;
    }

    /**
     * As {@link #errors()}, of a task that is being saved: GoCD puts in the values of parameters ({@code #{NAME}}) only later, so what
     * depends on one cannot be judged yet.
     */
    public Map<String, String> errorsBeforeParameters() {
        Map<String, String> errors = errors();
        errors.keySet().removeIf(this::hasParameter);
        if (hasParameter(TaskDefinition.SCRIPT) && shell().equals(SHEBANG)) {
            errors.remove(TaskDefinition.SHELL);
        }
        return errors;
    }

    private boolean hasParameter(String key) {
        return option(key).orElse("").contains("#{");
    }

    private Optional<String> shellError() {
        if (shell().equals(SHEBANG)) {
            return script().startsWith("#!")
                    ? Optional.empty()
                    : Optional.of("The shell is \"shebang\", but the script does not begin"
                            + " with #!. Begin it with a line like #!/usr/bin/env python3, or choose a shell.");
        }
        return INTERPRETER.matcher(shell()).matches()
                ? Optional.empty()
                : Optional.of(
                        "The shell " + echo(shell())
                                + " cannot be one. Use bash, zsh, sh, the name or absolute path of another interpreter, or shebang.");
    }

    /** Which interpreter a script's own line names only k8s-exec looks at. */
    private Optional<String> flagError(String name, String key) {
        String value = option(key).orElse("");
        if (!FLAG.matcher(value).matches()) {
            return Optional.of(name + " is " + echo(value) + ". Use true or false.");
        }
        String program = shell().substring(shell().lastIndexOf('/') + 1);
        return isTrue(key)
                        && !POSIX_SHELLS.contains(program)
                        && !program.equals(SHEBANG)
                        && shellError().isEmpty()
                ? Optional.of(name + " works with a shell only, and " + echo(program)
                        + " is not known as one. Switch it off, or use bash, zsh or sh.")
                : Optional.empty();
    }

    private Optional<String> durationError(String name, String key) {
        Optional<String> value = option(key);
        return value.isEmpty() || Durations.parse(value.get()).isPresent()
                ? Optional.empty()
                : Optional.of("The " + name + " " + echo(value.get())
                        + " is no duration. Use a number of at most 6 digits with ms, s, m or h, like 30m.");
    }

    private static boolean leaves(String directory) {
        int depth = 0;
        for (String name : directory.split("/")) {
            depth += name.equals("..") ? -1 : name.isEmpty() || name.equals(".") ? 0 : 1;
            if (depth < 0) {
                return true;
            }
        }
        return directory.startsWith("/") || directory.chars().anyMatch(Character::isISOControl);
    }

    private static String echo(String value) {
        boolean plain = value.length() <= LONGEST_ECHO && value.chars().noneMatch(Character::isISOControl);
        return plain ? '"' + value + '"' : "(a value of " + value.length() + " characters)";
    }
}
