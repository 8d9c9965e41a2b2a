package cd.go.contrib.k8sexec.cli.enter;

import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import java.util.Optional;
import java.util.function.Predicate;

/** Which guest is wanted, and how long it is waited for. */
public interface Search {

    /** Its name, if one was given. */
    Optional<String> name();

    /** Whether a process id was given. */
    boolean byProcess();

    /** A look for it. */
    interface Look {
        Guest find() throws InterruptedException;
    }

    /**
     * Looks until it is there, or the time is over.
     *
     * @param mayComeYet whether waiting can help
     * @throws K8sExecException as the last look
     */
    Guest await(Predicate<K8sExecException> mayComeYet, Look look) throws InterruptedException;

    /**
     * The one that is found in /proc.
     *
     * @throws K8sExecException one of the TARGET_… errors
     */
    ProcGuest inProc() throws InterruptedException;
}
