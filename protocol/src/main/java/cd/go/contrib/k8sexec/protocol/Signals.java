package cd.go.contrib.k8sexec.protocol;

import java.util.List;
import java.util.OptionalInt;

/** Names and numbers of signals, as Linux has them on x86-64 and arm64 (signal(7)). */
public final class Signals {
    /** What a shell adds to a signal's number for the exit code of a process that the signal ended. */
    public static final int EXIT_CODE_BASE = 128;

    private static final int HIGHEST = 64;
    private static final List<String> NAMES = List.of(
            "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM",
            "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF",
            "WINCH", "IO", "PWR", "SYS");

    private Signals() {}

    /** The name without "SIG", as the result has it, or the number as text if it has none, as a real-time signal. */
    public static String name(int number) {
        return isNamed(number) ? NAMES.get(number - 1) : String.valueOf(number);
    }

    /** For people: "SIGTERM", or "signal 34" if it has no name. */
    public static String describe(int number) {
        return (isNamed(number) ? "SIG" : "signal ") + name(number);
    }

    private static boolean isNamed(int number) {
        return number >= 1 && number <= NAMES.size();
    }

    /** The number behind an exit code of 128+n; empty if no signal has it. */
    public static OptionalInt ofExitCode(int exitCode) {
        int number = exitCode - EXIT_CODE_BASE;
        return number >= 1 && number <= HIGHEST ? OptionalInt.of(number) : OptionalInt.empty();
    }
}
