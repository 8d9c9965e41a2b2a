package cd.go.contrib.k8sexec.plugin.run;

/**
 * Something to do if the agent ends while a task is running: a JVM that gets SIGTERM does not end its children.
 */
final class ShutdownHook {

    private final Thread hook;

    private ShutdownHook(Thread hook) {
        this.hook = hook;
    }

    static ShutdownHook register(Runnable action) throws TaskFailure {
        Thread hook = new Thread(action, "k8s-exec shutdown");
        try {
            Runtime.getRuntime().addShutdownHook(hook);
        } catch (IllegalStateException e) {
            throw new TaskFailure("The agent is shutting down: the script was not run.");
        }
        return new ShutdownHook(hook);
    }

    void remove() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The agent is shutting down, and the hook is running.
        }
    }
}
