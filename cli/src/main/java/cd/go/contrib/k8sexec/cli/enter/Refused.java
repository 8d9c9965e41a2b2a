package cd.go.contrib.k8sexec.cli.enter;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.outcome.Remedy;

/** A way does not lead into the guest. Nothing has happened: another one may be tried. */
public final class Refused extends K8sExecException {
    private static final long serialVersionUID = 1;

    Refused(ErrorId id, String what, String why, Remedy remedy) {
        super(id, what, why, remedy);
    }

    Refused(ErrorId id, String what, String why, String remedy) {
        super(id, what, why, remedy);
    }
}
