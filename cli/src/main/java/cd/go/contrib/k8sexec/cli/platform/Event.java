package cd.go.contrib.k8sexec.cli.platform;

/** What happens to a process that waits for others. */
public sealed interface Event {

    /** Nothing did, and the time is over. */
    record TimeOver() implements Event {}

    /**
     * A signal came.
     *
     * @param sender the process that sent it; 0: the kernel, as for a key at a terminal, or it is not known (the JVM
     *               build)
     */
    record Signal(int number, int sender) implements Event {}

    /** The program that was launched runs, as this process. */
    record Started(int pid) implements Event {}

    /** The program that was launched does not run. */
    record Failed(StartException reason) implements Event {}

    /** A child ended. */
    record ChildEnded(int pid, Status status) implements Event {}

    /** Something came by standard input; nothing: its end ({@link Events#readInput}). */
    record Input(byte[] bytes) implements Event {}
}
