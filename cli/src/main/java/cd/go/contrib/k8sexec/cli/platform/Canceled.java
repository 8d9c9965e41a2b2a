package cd.go.contrib.k8sexec.cli.platform;

/** This process was told to end, at a time when there is nothing to clean up. */
public final class Canceled extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** What the end of the lifeline counts as: SIGTERM. */
    public static final int BY_LIFELINE = 15;

    private final int signal;

    public Canceled(int signal) {
        super(null, null, false, false);
        this.signal = signal;
    }

    public int signal() {
        return signal;
    }
}
