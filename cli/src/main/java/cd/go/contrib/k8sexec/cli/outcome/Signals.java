package cd.go.contrib.k8sexec.cli.outcome;

import java.util.Optional;

/** Signal names and numbers, as Linux has them on x86-64 and arm64 (signal(7)). */
public final class Signals {
    private static final String[] NAMES = {
        null, "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM",
        "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF",
        "WINCH", "IO", "PWR", "SYS"
    };

    private Signals() {}

    /** The name without "SIG", or the number as text for a real-time signal. */
    public static String name(int number) {
        return number > 0 && number < NAMES.length ? NAMES[number] : String.valueOf(number);
    }

    /** The number behind an exit code of 128+n, where a shell would say that a signal ended the process. */
    public static Optional<Integer> ofExitCode(int exitCode) {
        return exitCode > 128 && exitCode <= 128 + 64 ? Optional.of(exitCode - 128) : Optional.empty();
    }
}
