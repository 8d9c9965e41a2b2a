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
        // not by split: most fields are not looked at, and a Pod may have thousands of processes
        int[] starts = new int[USED_FIELDS + 1];
        starts[0] = close + 2;
        for (int i = 0; i < USED_FIELDS; i++) {
            int end = line.indexOf(' ', starts[i]);
            if (end < 0 && i < USED_FIELDS - 1) {
                throw new IllegalArgumentException("too few fields");
            }
            starts[i + 1] = (end < 0 ? line.length() : end) + 1;
        }
        return new ProcessInfo(
                Integer.parseInt(line, 0, open - 1, 10),
                line.substring(open + 1, close),
                line.charAt(close + 2),
                (int) number(line, starts, 1),
                (int) number(line, starts, 6),
                (int) number(line, starts, 17),
                number(line, starts, 19));
    }

    private static long number(String line, int[] starts, int field) {
        return Long.parseLong(line, starts[field], starts[field + 1] - 1, 10);
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
