package cd.go.contrib.k8sexec.cli.enter;

import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.platform.Status;

/** What becomes of a program in the guest. */
public sealed interface Progress {

    /** It is on its way. */
    record Started() implements Progress {}

    /** It did not start, and nothing is left of it. */
    record NotStarted(K8sExecException reason) implements Progress {}

    /** It may have run, and may go on; nobody will know how it ends. */
    record Lost(K8sExecException reason) implements Progress {}

    /** After its end: the guest has ended too, as far as its way can tell. */
    record Gone(String what) implements Progress {}

    /** It ended. */
    record Ended(Status status) implements Progress {}
}
