package cd.go.contrib.k8sexec.cli.target;

/** The kinds of namespace, as /proc/PID/ns and nsenter(1) name them. The short options are those of util-linux and, but for two, BusyBox. */
public enum Namespace {
    USER("user", "-U"),
    CGROUP("cgroup", "-C"),
    IPC("ipc", "-i"),
    UTS("uts", "-u"),
    NETWORK("net", "-n"),
    PID("pid", "-p"),
    MOUNT("mnt", "-m"),
    TIME("time", "-T");

    private final String fileName;
    private final String option;

    Namespace(String fileName, String option) {
        this.fileName = fileName;
        this.option = option;
    }

    /** The name below /proc/PID/ns. */
    public String fileName() {
        return fileName;
    }

    /** nsenter's short option that enters it. */
    public String option() {
        return option;
    }

    /** Whether BusyBox's nsenter can enter it. */
    public boolean inBusyBox() {
        return this != CGROUP && this != TIME;
    }
}
