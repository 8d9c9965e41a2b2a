package cd.go.contrib.k8sexec.plugin.run;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The end of the agent while a task runs: the task's last line says so, and the JVM waits for that. */
final class AgentEnd {

    /** What k8s-exec says itself, if it knows by {@code k8s-exec stop}. */
    static final String STOPPED = "The agent is being stopped";

    static final String LINE = "k8s-exec: the script was ended: the agent is being stopped";

    /** Longer than the output is waited for. */
    private static final long SECONDS_TO_REPORT = 5;

    private final CountDownLatch reported = new CountDownLatch(1);
    private volatile boolean begun;

    void begin() {
        begun = true;
    }

    boolean hasBegun() {
        return begun;
    }

    /** The task has said what it has to say. */
    void report() {
        reported.countDown();
    }

    void awaitReport() {
        try {
            reported.await(SECONDS_TO_REPORT, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
