package cd.go.contrib.k8sexec.cli.target;

/**
 * The kinds of namespace, as /proc/PID/ns and nsenter(1) name them, and as clone(2) numbers them. The options are those
 * of util-linux and, but for two, BusyBox.
 */
public enum Namespace {
    USER("user", "-U", 0x1000_0000),
    CGROUP("cgroup", "-C", 0x0200_0000),
    IPC("ipc", "-i", 0x0800_0000),
    UTS("uts", "-u", 0x0400_0000),
    NETWORK("net", "-n", 0x4000_0000),
    PID("pid", "-p", 0x2000_0000),
    MOUNT("mnt", "-m", 0x0002_0000),
    TIME("time", "-T", 0x0000_0080);

    private final String fileName;
    private final String option;
    private final int kind;

    Namespace(String fileName, String option, int kind) {
        this.fileName = fileName;
        this.option = option;
        this.kind = kind;
    }

    /** The name below /proc/PID/ns. */
    public String fileName() {
        return fileName;
    }

    /** nsenter's short option that enters it. */
    public String option() {
        return option;
    }

    /** Its number: CLONE_NEW… in linux/sched.h. */
    public int kind() {
        return kind;
    }

    /** Whether BusyBox's nsenter can enter it. */
    public boolean inBusyBox() {
        return this != CGROUP && this != TIME;
    }
}
