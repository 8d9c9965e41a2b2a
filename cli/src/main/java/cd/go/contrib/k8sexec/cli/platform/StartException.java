package cd.go.contrib.k8sexec.cli.platform;

/** A program was not started. The message is the system's words for what was wrong, like "Permission denied". */
public final class StartException extends Exception {
    private static final long serialVersionUID = 1;

    private final Stage stage;
    private final boolean missing;

    /** @param missing whether what the stage is about is not there, or is another one */
    public StartException(Stage stage, String reason, boolean missing) {
        super(reason, null, false, false);
        this.stage = stage;
        this.missing = missing;
    }

    public Stage stage() {
        return stage;
    }

    public boolean isMissing() {
        return missing;
    }
}
