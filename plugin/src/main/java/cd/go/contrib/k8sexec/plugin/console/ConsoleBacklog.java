package cd.go.contrib.k8sexec.plugin.console;

import java.util.Optional;

/** The backlog of the GoCD agent over all tasks: what one has printed may still wait when the next one begins. */
public final class ConsoleBacklog {

    private GoCdRing ring;
    private Backlog backlog;

    /** That of the task which runs now. */
    synchronized Backlog ofCurrentTask(ConsoleLimits limits) {
        Optional<GoCdRing> current = GoCdRing.ofCurrentTask();
        if (current.isEmpty()) {
            if (!(backlog instanceof WindowBacklog)) {
                backlog = new WindowBacklog(limits.window());
            }
        } else if (ring == null || !ring.isSame(current.get())) {
            ring = current.get();
            backlog = new RingBacklog(ring);
        }
        return backlog;
    }
}
