package cd.go.contrib.k8sexec.protocol;

import java.util.Arrays;
import java.util.Optional;

/** How a run ended: the field {@link ResultField#OUTCOME} of the result. */
public enum OutcomeKind {
    /** The script's shell ended by itself. */
    EXITED("exited"),
    /** A signal ended the script's shell. */
    SIGNALED("signaled"),
    /** k8s-exec was told to end, and has ended the script. */
    CANCELED("canceled"),
    /** The script ran longer than it may, and k8s-exec has ended it. */
    TIMED_OUT("timedOut"),
    /** k8s-exec could not do its part; the script did not run, or it is not known how it ended. */
    ERROR("error");

    private final String text;

    OutcomeKind(String text) {
        this.text = text;
    }

    /** As it stands in the result. */
    public String text() {
        return text;
    }

    /** Empty if the text is not known, as a newer k8s-exec may write it. */
    public static Optional<OutcomeKind> of(String text) {
        return Arrays.stream(values()).filter(kind -> kind.text.equals(text)).findFirst();
    }
}
