package cd.go.contrib.k8sexec.plugin.run;

import java.util.Objects;

/**
 * GoCD's answer to {@code execute}: did the task pass, and what to say about it.
 *
 * <p>The message is never null: GoCD would print the word "null". GoCD shows it for a failure only.
 */
public final class TaskResult {

    private final boolean success;
    private final String message;

    private TaskResult(boolean success, String message) {
        this.success = success;
        this.message = Objects.requireNonNull(message);
    }

    public static TaskResult success(String message) {
        return new TaskResult(true, message);
    }

    public static TaskResult failure(String message) {
        return new TaskResult(false, message);
    }

    public boolean isSuccess() {
        return success;
    }

    public String message() {
        return message;
    }
}
