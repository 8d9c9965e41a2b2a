package cd.go.contrib.k8sexec.cli.platform;

/** What became of the wish to lock a file or directory. */
public enum Lock {
    /** It is locked now, until it is closed. */
    TAKEN,
    /** Somebody else has locked it. */
    HELD,
    /** This cannot be found out. */
    UNKNOWN
}
