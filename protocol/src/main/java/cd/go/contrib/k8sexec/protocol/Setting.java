package cd.go.contrib.k8sexec.protocol;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What can be set for a run: in the agent container by an environment variable, at the command line by an option, and
 * some of it in a task by a property. The form of the task, the options' help and manual, what completes them, the
 * table of the documentation and what doctor knows are made from this.
 */
public enum Setting {
    SHARED_ROOT(define("GO_K8S_CONTAINER_SHARED_ROOT", "--shared-root", "DIR")
            .text("Where the shared volume is mounted in the agent")
            .form(Setting::absolutePath)),

    CONTAINER_ROOT(define("GO_K8S_CONTAINER_ROOT", "--container-root", "DIR")
            .text("Where the same volume is mounted in the guest")
            .defaultText("the shared root")
            .form(Setting::absolutePath)),

    PID(define("GO_K8S_CONTAINER_PID", "--pid", "PID")
            .text("Process id of the guest's main process, as the agent sees it")
            .defaultText("found")
            .form(Setting::processId)),

    CONTAINER(define("GO_K8S_CONTAINER_NAME", "--container", "NAME")
            .text("The container to run in: its name in the Pod, its id, or `K8S_EXEC_CONTAINER` in its environment")
            .defaultText("the only one with the shared volume")
            .form(Setting::containerName)
            .property("container", "Container")),

    WAIT(define("GO_K8S_WAIT", "--wait", "DURATION")
            .text("How long to wait for the guest to be there, like `5m`; `0s`: not at all")
            .defaultText("60s for run, else 0s")
            .form(Durations::parse)),

    USER(define("GO_K8S_USER", "--user", "USER")
            .text("Who it runs as: `agent`, `target` (the user of the container's main process) or `UID:GID`")
            .defaultText("agent")
            .form(ScriptUser::parse)
            .words("agent", "target")
            .property("user", "User")),

    ENTER(define("GO_K8S_ENTER", "--enter", "WAY")
            .text("How to enter the guest: `auto`, `setns`, `nsenter`, `chroot` or `relay`")
            .defaultText(Way.AUTO.text())
            .form(Way::parse)
            .words(Way.texts())
            .property("enter", "Way in")
            .since(Version.V2_1_0)),

    RELAY(define("GO_K8S_RELAY", "--relay", "DIR")
            .text("Where the guests' relays have their sockets, as the agent sees it; with it `auto` is `relay`")
            .defaultText("no relay")
            .form(Setting::absolutePath)
            .since(Version.V2_1_0)),

    RELAY_UID(define("GO_K8S_RELAY_UID", "--relay-uid", "UID")
            .text("Whose relay is trusted: any other user's is refused")
            .defaultText("anybody's")
            .form(Setting::userId)
            .since(Version.V2_1_0)),

    GRACE(define("GO_K8S_GRACE", "--grace", "DURATION")
            .text("On cancel and timeout, the time from SIGTERM to SIGKILL")
            .defaultText("10s")
            .form(Durations::parse)
            .property("grace", "Grace period")),

    TIMEOUT(define("GO_K8S_TIMEOUT", "--timeout", "DURATION")
            .text("How long the script may run, like `90s`, `30m` or `2h`; then it is ended as on cancel, with "
                    + "exit code 124")
            .defaultText("no limit")
            .form(Durations::parse)
            .property("timeout", "Timeout")),

    END_BACKGROUND(define("GO_K8S_END_BACKGROUND", "--end-background", "")
            .text("End what the script leaves running in the background")
            .defaultText("false")
            .form(Flags::parse)),

    HOLD_ON_FAILURE(define("GO_K8S_HOLD_ON_FAILURE", "--hold-on-failure", "DURATION")
            .text("How long the place of a script that failed stays, to look into it, like `15m`")
            .defaultText("not at all")
            .form(Durations::parse)
            .property("hold", "Hold on failure")
            .since(Version.V2_1_0)),

    COST(define("GO_K8S_COST", "--cost", "WHEN")
            .text("When to say what the script took: `always`, `never`, or `auto`, if it failed, was ended or ran for "
                    + "a minute")
            .defaultText(CostLine.AUTO.text())
            .form(CostLine::parse)
            .words(CostLine.texts())
            .since(Version.V2_1_0));

    /** What the name of each variable begins with. */
    public static final String PREFIX = "GO_K8S_";

    /** Not only what Kubernetes allows: a container's id and the value of K8S_EXEC_CONTAINER name it too. */
    private static final Pattern CONTAINER_NAME = Pattern.compile("[!-~]{1,253}");

    private static final Map<String, Setting> BY_OPTION =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(Setting::option, Function.identity()));

    private final Definition definition;

    Setting(Definition definition) {
        this.definition = definition;
    }

    public static Optional<Setting> ofOption(String option) {
        return Optional.ofNullable(BY_OPTION.get(option));
    }

    /** The environment variable. If it is there but blank, it counts as not there. */
    public String variable() {
        return definition.variable;
    }

    /** With its dashes, like "--grace". */
    public String option() {
        return definition.option;
    }

    /** What stands for the value in help, like "DURATION"; empty for a switch. */
    public String label() {
        return definition.label;
    }

    /** What it is, in one sentence without its full stop. What is to be typed is in backquotes, as in Markdown. */
    public String text() {
        return definition.text;
    }

    /** {@link #text()} without backquotes. */
    public String plainText() {
        return definition.text.replace("`", "");
    }

    /** What counts if it is not set, as a value or in words; empty if there is nothing that could count. */
    public String defaultText() {
        return definition.defaultText;
    }

    /** The default of a setting that has a duration as its default. */
    public Duration defaultDuration() {
        try {
            return Durations.parse(definition.defaultText);
        } catch (InvalidValue e) {
            throw new IllegalStateException(this + " has no duration as its default", e);
        }
    }

    /** Values that can be offered: all, or those that are words. */
    public List<String> words() {
        return definition.words;
    }

    /** The key of the task's property; empty if a task cannot set it. */
    public Optional<String> property() {
        return Optional.ofNullable(definition.property);
    }

    /** What the task's form calls it. */
    public String title() {
        return definition.title;
    }

    /** The first k8s-exec that knows it. */
    public Version since() {
        return definition.since;
    }

    /**
     * What a value means: a Duration, a {@link ScriptUser}, a Boolean, an Integer, a Long or a String, depending on
     * the setting.
     *
     * @param value not blank
     */
    public Object parse(String value) throws InvalidValue {
        return definition.form.parse(value);
    }

    private static String absolutePath(String text) throws InvalidValue {
        if (!text.startsWith("/")) {
            throw new InvalidValue("is no absolute path", "use one like /go");
        }
        return text;
    }

    private static Integer processId(String text) throws InvalidValue {
        try {
            int number = Integer.parseInt(text.strip());
            if (number > 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // falls through to the message that both cases need
        }
        throw new InvalidValue(
                "is no process id",
                "leave it unset, so that k8s-exec finds the guest, or set the process id of the guest's main "
                        + "process as the agent sees it");
    }

    private static Long userId(String text) throws InvalidValue {
        // the kernel's largest, 4294967295, stands for none
        if (!text.strip().matches("\\d{1,10}") || Long.parseLong(text.strip()) > 4294967294L) {
            throw new InvalidValue("is no user's number", "use one like 1000");
        }
        return Long.valueOf(text.strip());
    }

    private static String containerName(String text) throws InvalidValue {
        if (!CONTAINER_NAME.matcher(text).matches()) {
            throw new InvalidValue("cannot be one", "enter its name as the Pod has it, without blanks");
        }
        return text;
    }

    private static Definition define(String variable, String option, String label) {
        return new Definition(variable, option, label);
    }

    private interface Form {
        Object parse(String text) throws InvalidValue;
    }

    /** What is known of one setting, with a name for each part. */
    private static final class Definition {
        private final String variable;
        private final String option;
        private final String label;
        private String text;
        private String defaultText = "";
        private Form form;
        private List<String> words = List.of();
        private String property;
        private String title;
        private Version since = Version.V2_0_0;

        private Definition(String variable, String option, String label) {
            this.variable = variable;
            this.option = option;
            this.label = label;
        }

        private Definition text(String sentence) {
            text = sentence;
            return this;
        }

        private Definition defaultText(String valueOrWords) {
            defaultText = valueOrWords;
            return this;
        }

        private Definition form(Form reader) {
            form = reader;
            return this;
        }

        private Definition words(String... some) {
            words = List.of(some);
            return this;
        }

        private Definition since(Version first) {
            since = first;
            return this;
        }

        private Definition property(String key, String name) {
            property = key;
            title = name;
            return this;
        }
    }
}
