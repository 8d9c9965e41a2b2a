package cd.go.contrib.k8sexec.plugin.run;

import java.util.List;
import java.util.Optional;

/** The names of Linux' signals (signal(7), the numbers of x86 and ARM). */
final class Signals {

    private static final int EXIT_CODE_BASE = 128;
    private static final int HIGHEST = 64;
    private static final List<String> NAMES = List.of(
            "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM",
            "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF",
            "WINCH", "IO", "PWR", "SYS");

    private Signals() {}

    /** "SIGKILL" for the exit code 137, "signal 34" where it has no name; nothing if the exit code is not 128 + a signal. */
    static Optional<String> ofExitCode(int exitCode) {
        int number = exitCode - EXIT_CODE_BASE;
        if (number < 1 || number > HIGHEST) {
            return Optional.empty();
        }
        return Optional.of(number <= NAMES.size() ? "SIG" + NAMES.get(number - 1) : "signal " + number);
    }
}
