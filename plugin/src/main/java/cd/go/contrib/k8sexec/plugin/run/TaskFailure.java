package cd.go.contrib.k8sexec.plugin.run;

/**
 * The task cannot be done, and the message tells the user of GoCD why and what to do.
 *
 * <p>GoCD prints the message of a failed task unmasked (PluggableTaskBuilder.java:81), so it never holds the value of a
 * variable and never only another exception's text.
 */
public final class TaskFailure extends Exception {

    private static final long serialVersionUID = 1L;

    public TaskFailure(String message) {
        super(message);
    }
}
