package cd.go.contrib.k8sexec.cli.outcome;

/**
 * k8s-exec could not do its part. The message is one line: what happened with the value, why it matters; what mends it.
 * It never holds the value of a variable.
 */
public final class K8sExecException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final ErrorId id;

    public K8sExecException(ErrorId id, String what, String why, String remedy) {
        super(what + ", " + why + "; " + remedy);
        this.id = id;
    }

    public ErrorId id() {
        return id;
    }

    /** {@code value} in quotes, on one line and at most 200 characters long, for a message. */
    public static String quoted(String value) {
        StringBuilder quoted = new StringBuilder("\"");
        int end = Math.min(value.length(), 200);
        for (int i = 0; i < end; i++) {
            char c = value.charAt(i);
            if (c == '\n') {
                quoted.append("\\n");
            } else if (Character.isISOControl(c)) {
                quoted.append(String.format("\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append(end < value.length() ? "…\"" : "\"").toString();
    }
}
