package cd.go.contrib.k8sexec.cli.doctor;

import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.outcome.Remedy;

/**
 * One precondition of a run, looked at.
 *
 * @param id      stable, in lower case with dashes
 * @param finding what was found, with the value; on one line, and without control characters
 * @param remedy  what fixes it; null if there is nothing to fix
 */
public record Check(String id, Status status, String finding, Remedy remedy) {

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
        remedy = remedy == null ? null : new Remedy(K8sExecException.harmless(remedy.text()), remedy.changes());
    }

    static Check ok(String id, String finding) {
        return new Check(id, Status.OK, finding, null);
    }

    static Check warning(String id, String finding, String remedy) {
        return warning(id, finding, Remedy.of(remedy));
    }

    static Check warning(String id, String finding, Remedy remedy) {
        return new Check(id, Status.WARNING, finding, remedy);
    }

    static Check failure(String id, String finding, String remedy) {
        return failure(id, finding, Remedy.of(remedy));
    }

    static Check failure(String id, String finding, Remedy remedy) {
        return new Check(id, Status.FAILURE, finding, remedy);
    }

    static Check failure(String id, K8sExecException e) {
        return failure(id, e.finding(), e.fix());
    }

    /** As a failure, but something else does in its place. */
    Check asWarning() {
        return status == Status.FAILURE ? new Check(id, Status.WARNING, finding, remedy) : this;
    }

    static Check skipped(String id, String reason) {
        return new Check(id, Status.SKIPPED, reason, null);
    }
}
