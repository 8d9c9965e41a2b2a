package cd.go.contrib.k8sexec.cli.launch;

import static cd.go.contrib.k8sexec.cli.launch.ByteString.shellQuoted;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The program that the launching shell, the guest's {@code sh}, reads from its standard input: it changes to the working directory, sets
 * the environment and becomes the task's shell. All that is secret or not ASCII travels in it: an argument list can be read by every
 * container of the Pod, and Java mangles arguments under LANG=C.
 *
 * <p>How far it came stands in the run's state file: as it was made while nsenter works, {@link #STARTED} in the end.
 */
public final class LaunchProgram {
    /**
     * Makes the launching shell read its standard input as a program: in blocks, where it may open it again, which another user may not;
     * else through cat; and byte by byte, as bash reads its own input, only in a guest that has no cat.
     */
    public static final String READ_STDIN = "if [ -r /proc/self/fd/0 ]; then . /proc/self/fd/0; "
        + "elif command -v cat >/dev/null; then eval \"$(cat)\"; else exec sh; fi";

    /** The launching shell's exit code where it does not see the state file; nsenter itself only has 1, 126 and 127. */
    public static final int NO_VOLUME = 121;
    /** The state once the task's shell was started. All states have eight letters: each is written over the one before. */
    public static final String STARTED = "started-";
    /** The state where the working directory cannot be entered. */
    public static final String NO_DIRECTORY = "no-cwd--";
    /** The state where the task's shell is not in the guest. */
    public static final String NO_SHELL = "no-shell";
    /** The state where the task's shell was found and could not be run. */
    public static final String EXEC_FAILED = "no-exec-";

    /** Where the task's shell finds the script open. One digit: dash opens no others. Not among those that scripts use most. */
    public static final int SCRIPT_DESCRIPTOR = 9;

    private static final Pattern EXPORTABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    /** A shell reads what follows in the charset that these set, and looks for programs along PATH: they are set last. */
    private static final Pattern LAST = Pattern.compile("LC_[A-Z]+|LANG|LANGUAGE|PATH");
    /** Names that some shell does not take like others: read-only, computed, or a number to it (bash(1), dash(1), mksh(1), zshparam(1)). */
    private static final Set<String> SPECIAL = Set.of("_", "BASHOPTS", "BASHPID", "BASH_ARGC", "BASH_ARGV", "BASH_ARGV0", "BASH_LINENO",
        "BASH_SOURCE", "BASH_SUBSHELL", "BASH_VERSINFO", "COLUMNS", "DIRSTACK", "EGID", "EPOCHREALTIME", "EPOCHSECONDS", "EUID", "FUNCNAME",
        "GID", "GROUPS", "HISTCMD", "IFS", "LINENO", "LINES", "OLDPWD", "OPTARG", "OPTIND", "PIPESTATUS", "POSIXLY_CORRECT", "PPID", "PWD",
        "RANDOM", "SECONDS", "SHELLOPTS", "SHLVL", "SRANDOM", "TMOUT", "UID");

    private final StringBuilder text = new StringBuilder();

    private LaunchProgram() {
    }

    /**
     * @param runFolder        the run's folder as the guest sees it
     * @param opensScript      whether the script has to be opened there, or is open already
     * @param workingDirectory absolute, as the guest sees it
     * @param shell            the task's shell, looked for along the script's PATH
     * @param warnings         for people, printed once the guest has been entered
     */
    public static byte[] of(String runFolder, boolean opensScript, String workingDirectory, String shell, ScriptEnvironment environment,
                            List<String> warnings) {
        LaunchProgram program = new LaunchProgram();
        String state = shellQuoted(ByteString.of(runFolder + "/state"));
        program.line("[ -w ", state, " ] || exit ", String.valueOf(NO_VOLUME));
        if (opensScript) {
            program.line("exec ", String.valueOf(SCRIPT_DESCRIPTOR), "<", shellQuoted(ByteString.of(runFolder + "/script")));
        }
        return program.write(state, shellQuoted(ByteString.of(workingDirectory)), shellQuoted(ByteString.of(shell)), environment, warnings);
    }

    private byte[] write(String state, String workingDirectory, String shell, ScriptEnvironment environment,
                         List<String> warnings) {
        line("cd ", workingDirectory, " 2>/dev/null || { ", note(NO_DIRECTORY, state), "; exit 125; }");
        line("unset OLDPWD");
        warnings.forEach(warning -> line("printf '%s\\n' ", shellQuoted("k8s-exec: warning: " + warning), " >&2"));
        List<Map.Entry<String, String>> last = new ArrayList<>();
        List<Map.Entry<String, String>> special = new ArrayList<>();
        for (Map.Entry<String, String> variable : environment.variables().entrySet()) {
            if (!EXPORTABLE.matcher(variable.getKey()).matches() || SPECIAL.contains(variable.getKey())) {
                special.add(variable);
            } else if (LAST.matcher(variable.getKey()).matches()) {
                last.add(variable);
            } else {
                export(variable);
            }
        }
        // not by a path through the volume, whose folders somebody could swap before the shell has opened it
        String handOver = shell + " /proc/self/fd/" + SCRIPT_DESCRIPTOR + " </dev/null";
        if (!special.isEmpty()) {
            writeSpecial(special);
        }
        // a shell warns where the guest has no such locale; the task's own shell will say it once more
        line("{");
        last.forEach(this::export);
        line(":");
        line("} 2>/dev/null");
        line("command -v ", shell, " >/dev/null || { ", note(NO_SHELL, state), "; exit 127; }");
        // a shell that could hand over runs no trap
        line("trap ", shellQuoted(note(EXEC_FAILED, state)), " 0");
        line(note(STARTED, state), " || { trap - 0; exit ", String.valueOf(NO_VOLUME), "; }");
        if (!special.isEmpty()) {
            line("case $K8S_EXEC_ENV in ?*) exec env -S \"$K8S_EXEC_ENV\" ", handOver, ";; esac");
        }
        line("exec ", handOver);
        return ByteString.toBytes(text.toString());
    }

    /** Opened for reading too: that does not wait where somebody has put a named pipe into the file's place (fifo(7)). */
    private static String note(String word, String state) {
        return "echo " + word + " 1<>" + state;
    }

    /**
     * For names that a shell cannot export, or not as they are: GNU's {@code env -S} puts in the values of other variables itself, so that
     * they stand in no argument list. Where env has no -S, what the shell takes is exported and the rest is reported.
     */
    private void writeSpecial(List<Map.Entry<String, String>> special) {
        StringBuilder words = new StringBuilder();
        for (int i = 0; i < special.size(); i++) {
            words.append("-u K8S_EXEC_V").append(i).append(' ');
        }
        // a name may begin with a dash
        words.append("-- ");
        for (int i = 0; i < special.size(); i++) {
            String name = special.get(i).getKey().replace("\\", "\\\\").replace("'", "\\'");
            words.append('\'').append(name).append("='\"${K8S_EXEC_V").append(i).append("}\" ");
        }
        line("K8S_EXEC_ENV=");
        line("if env -S true >/dev/null 2>&1; then");
        for (int i = 0; i < special.size(); i++) {
            line("export K8S_EXEC_V", String.valueOf(i), "=", shellQuoted(special.get(i).getValue()));
        }
        line("K8S_EXEC_ENV=", shellQuoted(words.toString()));
        line("else");
        line("K8S_EXEC_LEFT_OUT=");
        for (Map.Entry<String, String> variable : special) {
            String leftOut = "K8S_EXEC_LEFT_OUT=\"$K8S_EXEC_LEFT_OUT \"" + shellQuoted(variable.getKey().replaceAll("\\p{Cntrl}", "?"));
            if (EXPORTABLE.matcher(variable.getKey()).matches()) {
                line("if (export ", variable.getKey(), "=", shellQuoted(variable.getValue()), ") 2>/dev/null; then");
                export(variable);
                line("else ", leftOut);
                line("fi");
            } else {
                line(leftOut);
            }
        }
        line("case $K8S_EXEC_LEFT_OUT in ?*) printf '%s\\n' \"k8s-exec: warning: not passed on, because no shell can export such a name and the "
            + "guest's env has no -S (GNU coreutils 8.30 or newer has it):$K8S_EXEC_LEFT_OUT\" >&2;; esac");
        line("fi");
    }

    private void export(Map.Entry<String, String> variable) {
        line("export ", variable.getKey(), "=", shellQuoted(variable.getValue()));
    }

    private void line(String... parts) {
        for (String part : parts) {
            text.append(part);
        }
        text.append('\n');
    }
}
