package cd.go.contrib.k8sexec.cli.platform;

import java.nio.ByteBuffer;
import java.time.Duration;

/** A started process. */
public interface Child {
    int pid();

    /**
     * Writes all of it to the child's standard input and closes that. A child that ended early is no error: its status
     * tells.
     */
    void feed(ByteBuffer input);

    /** Waits for its end. */
    Status await() throws InterruptedException;

    /** Whether it ends in this time. */
    boolean endsWithin(Duration limit) throws InterruptedException;

    /** Ends it with SIGKILL, if it has not been awaited. */
    void kill();
}
