package cd.go.contrib.k8sexec.cli.doctor;

import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;

/**
 * One precondition of a run, looked at.
 *
 * @param id      stable, in lower case with dashes
 * @param finding what was found, with the value; on one line, and without control characters
 * @param remedy  what fixes it, a line of YAML or a command, with where it belongs; null if there is nothing to fix
 */
public record Check(String id, Status status, String finding, String remedy) {

    /**
     * FAILURE: no script can run. WARNING: scripts run, but some will not do what people expect. SKIPPED: could not be
     * looked at.
     */
    public enum Status {
        OK,
        WARNING,
        FAILURE,
        SKIPPED
    }

    public Check {
        finding = K8sExecException.harmless(finding);
        remedy = remedy == null ? null : K8sExecException.harmless(remedy);
    }

    static Check ok(String id, String finding) {
        return new Check(id, Status.OK, finding, null);
    }

    static Check warning(String id, String finding, String remedy) {
        return new Check(id, Status.WARNING, finding, remedy);
    }

    static Check failure(String id, String finding, String remedy) {
        return new Check(id, Status.FAILURE, finding, remedy);
    }

    static Check failure(String id, K8sExecException e) {
        return failure(id, e.finding(), e.remedy());
    }

    /** As a failure, but something else does in its place. */
    Check asWarning() {
        return status == Status.FAILURE ? new Check(id, Status.WARNING, finding, remedy) : this;
    }

    static Check skipped(String id, String reason) {
        return new Check(id, Status.SKIPPED, reason, null);
    }
}
