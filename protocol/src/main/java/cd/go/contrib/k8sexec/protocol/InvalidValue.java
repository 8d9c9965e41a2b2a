package cd.go.contrib.k8sexec.protocol;

/**
 * A value cannot be used. Whoever asked names the value and where it comes from; this says why it cannot be used and
 * what to do. It never holds the value itself, which may be long or secret.
 */
public final class InvalidValue extends Exception {
    private static final long serialVersionUID = 1;

    private final String reason;
    private final String remedy;

    /**
     * @param reason what follows the value in a sentence, like "is no duration"
     * @param remedy what to do, as an order without a full stop, like "use a number with ms, s, m or h"
     */
    public InvalidValue(String reason, String remedy) {
        super(reason + "; " + remedy);
        this.reason = reason;
        this.remedy = remedy;
    }

    public String reason() {
        return reason;
    }

    public String remedy() {
        return remedy;
    }
}
