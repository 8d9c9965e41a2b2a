package cd.go.contrib.k8sexec.cli.platform;

/** What happens to a process that waits for others. */
public sealed interface Event {

    /** Nothing did, and the time is over. */
    record TimeOver() implements Event {}

    /**
     * A signal came.
     *
     * @param sender the process that sent it; 0: the kernel, as for a key at a terminal; negative: it is not known
     */
    record Signal(int number, int sender) implements Event {
        private static final int SIGINT = 2;

        /** Whether somebody has pressed Ctrl-C. */
        public boolean fromTerminal() {
            return number == SIGINT && sender == 0;
        }
    }

    /** Somebody wants this process to go on, which holds the place of a script ({@link Holds}). */
    record Resumed() implements Event {}

    /** The program that was launched runs, as this process. */
    record Started(int pid) implements Event {}

    /** The program that was launched does not run. */
    record Failed(StartException reason) implements Event {}

    /** The program that was launched ended, or a child did. */
    record ChildEnded(int pid, Status status) implements Event {}

    /** Nobody will know what becomes of the program that was launched: somebody has killed its keeper. */
    record Lost() implements Event {}

    /** The process that is watched has ended ({@link Events#watch}). */
    record Gone(int pid) implements Event {}

    /** A connection has something to read, or has ended ({@link Events#listen}). */
    record Readable(int descriptor) implements Event {}

    /** Something came by standard input; nothing: its end ({@link Events#readInput}). */
    record Input(byte[] bytes) implements Event {
        public boolean isEnd() {
            return bytes.length == 0;
        }
    }
}
