package cd.go.contrib.k8sexec.cli.platform;

import java.io.IOException;

/** The port's share that it takes to hold the place of a script that has failed. */
public interface Holds {

    /**
     * From now on {@link Event.Resumed} tells that another process has called {@link #resume} for this one, which ends
     * it without that; and as long as what is returned is open, others can read the content in /proc.
     *
     * @throws IOException where the system has no file that nobody can change
     */
    Opened begin(byte[] content) throws IOException;

    /**
     * Tells a process that has begun to hold to go on.
     *
     * @throws IOException if this process may not do that, or there is no such process
     */
    void resume(int pid) throws IOException;
}
