package cd.go.contrib.k8sexec.cli.target;

import java.nio.charset.StandardCharsets;

/**
 * What /proc/PID/stat says of a process (proc_pid_stat(5)).
 *
 * @param command    the program's name: up to 15 bytes that the process itself chose
 * @param parent     process id of the parent; 0 if the parent is outside this PID namespace
 * @param flags      the kernel's (PF_… in linux/sched.h)
 * @param threads    how many threads it has
 * @param startTicks start, in clock ticks after the machine's start; with the pid it names one process for good
 */
public record ProcessInfo(int pid, String command, char state, int parent, int flags, int threads, long startTicks) {

    private static final int PF_KTHREAD = 0x0020_0000;
    /** How many of those behind the name are looked at, of about fifty. */
    private static final int USED_FIELDS = 20;

    /** @throws IllegalArgumentException if {@code stat} is not of that form */
    static ProcessInfo parse(byte[] stat) {
        String line = new String(stat, StandardCharsets.ISO_8859_1);
        // the name may hold spaces, line ends and parentheses: only the first and the last one are the kernel's
        int open = line.indexOf('(');
        int close = line.lastIndexOf(')');
        if (open < 2 || close < open || close + 2 > line.length()) {
            throw new IllegalArgumentException("no process name");
        }
        String[] fields = line.substring(close + 2).split(" ", USED_FIELDS + 1);
        if (fields.length < USED_FIELDS) {
            throw new IllegalArgumentException("too few fields");
        }
        return new ProcessInfo(
                Integer.parseInt(line.substring(0, open - 1)),
                line.substring(open + 1, close),
                fields[0].charAt(0),
                Integer.parseInt(fields[1]),
                (int) Long.parseLong(fields[6]),
                Integer.parseInt(fields[17]),
                Long.parseLong(fields[19]));
    }

    /** Whether it is the kernel's own, which only the node's PID namespace has. */
    public boolean isKernelThread() {
        return (flags & PF_KTHREAD) != 0;
    }

    /**
     * Whether it has ended and only waits for its parent to notice; if only its first thread has ended, the others
     * run on.
     */
    public boolean ended() {
        return state == 'X' || state == 'Z' && threads <= 1;
    }
}
