package cd.go.contrib.k8sexec.cli.enter;

import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.platform.Status;

/** A program that was started in the guest. */
public interface Running {

    /** Lets it begin, where it waits for that: before, nothing of it can have an effect. */
    void begin();

    /**
     * Waits for its end.
     *
     * @throws K8sExecException where the program did not start after all, or it is not known what became of it
     */
    Status await() throws InterruptedException;

    /** Whether processes that it started may still be there after its end. */
    boolean mayHaveLeftProcesses();
}
