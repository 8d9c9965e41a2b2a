package cd.go.contrib.k8sexec.cli.launch;

import static cd.go.contrib.k8sexec.cli.launch.ByteString.shellQuoted;

import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.protocol.Interpreter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

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

    /**
     * Makes the launching shell read its program from {@link #SCRIPT_DESCRIPTOR}, which leaves standard input alone, and become what that has
     * set as its arguments. Not while it reads: BusyBox's shell would leave the file open.
     */
    static final String BECOME = "if [ -r /proc/self/fd/" + SCRIPT_DESCRIPTOR + " ]; then . /proc/self/fd/"
            + SCRIPT_DESCRIPTOR + "; else eval \"$(cat <&" + SCRIPT_DESCRIPTOR + ")\"; fi; exec " + SCRIPT_DESCRIPTOR
            + "<&-; [ $# -gt 0 ] || exit 125; exec \"$@\"";

    /** Less than Linux takes in one argument: MAX_ARG_STRLEN in linux/binfmts.h, 32 pages. */
    private static final int LONGEST_ENV_ARGUMENT = 120_000;

    private static final int NAMES_IN_A_WARNING = 20;
    /** More than the program takes without its variables, usually. */
    private static final int USUAL_SIZE = 2048;
    /** Names that some shell does not take like others: read-only, computed, or a number to it (bash(1), dash(1), mksh(1), zshparam(1)). */
    private static final Set<String> SPECIAL = Set.of(
            "_",
            "BASHOPTS",
            "BASHPID",
            "BASH_ARGC",
            "BASH_ARGV",
            "BASH_ARGV0",
            "BASH_LINENO",
            "BASH_SOURCE",
            "BASH_SUBSHELL",
            "BASH_VERSINFO",
            "COLUMNS",
            "DIRSTACK",
            "EGID",
            "EPOCHREALTIME",
            "EPOCHSECONDS",
            "EUID",
            "FUNCNAME",
            "GID",
            "GROUPS",
            "HISTCMD",
            "IFS",
            "LINENO",
            "LINES",
            "OLDPWD",
            "OPTARG",
            "OPTIND",
            "PIPESTATUS",
            "POSIXLY_CORRECT",
            "PPID",
            "PWD",
            "RANDOM",
            "SECONDS",
            "SHELLOPTS",
            "SHLVL",
            "SRANDOM",
            "TMOUT",
            "UID");

    private byte[] text;
    private int length;

    private LaunchProgram(ScriptEnvironment environment) {
        int size = USUAL_SIZE;
        for (Map.Entry<String, String> variable : environment.variables().entrySet()) {
            size += variable.getKey().length() + variable.getValue().length() + "export =''\n".length();
        }
        text = new byte[size];
    }

    /**
     * @param runFolder        the run's folder as the guest sees it
     * @param opensScript      whether the script has to be opened there, or is open already
     * @param workingDirectory absolute, as the guest sees it, as a byte string
     * @param interpreter      the task's shell, looked for along the script's PATH
     * @param warnings         for people, printed once the guest has been entered
     */
    public static ByteBuffer of(
            String runFolder,
            boolean opensScript,
            String workingDirectory,
            Interpreter interpreter,
            ScriptEnvironment environment,
            List<String> warnings) {
        LaunchProgram program = new LaunchProgram(environment);
        String state = shellQuoted(ByteString.of(runFolder + "/state"));
        program.line("[ -w ", state, " ] || exit ", String.valueOf(NO_VOLUME));
        if (opensScript) {
            program.line(
                    "exec ", String.valueOf(SCRIPT_DESCRIPTOR), "<", shellQuoted(ByteString.of(runFolder + "/script")));
        }
        return program.write(state, shellQuoted(workingDirectory), interpreter, environment, warnings);
    }

    /** For a program that takes this process's place: it ends with that program as the shell's arguments, for {@link #BECOME}. */
    static byte[] of(GuestProgram program) {
        LaunchProgram launch = new LaunchProgram(program.environment());
        launch.line(
                program.terminals().stream()
                        .map(descriptor -> "[ -t " + descriptor + " ] && ")
                        .collect(Collectors.joining()),
                ": || ",
                fail(program.noTerminal()));
        launch.line(
                "cd ",
                shellQuoted(program.workingDirectory()),
                " 2>/dev/null || ",
                program.directoryNeeded()
                        ? fail(program.noDirectory())
                        : "{ cd /; printf '%s\\n' " + shellQuoted(ByteString.of(program.startsElsewhere()))
                                + " >&2; }");
        String env = launch.environment(program.environment(), program.warnings());
        if (!program.readsInput()) {
            launch.line("exec </dev/null");
        }
        List<List<String>> choice = program.choice();
        for (List<String> words : choice.subList(0, choice.size() - 1)) {
            launch.line("if command -v ", shellQuoted(words.get(0)), " >/dev/null; then ", set(words), "; else");
        }
        launch.line(set(choice.get(choice.size() - 1)), "; fi".repeat(choice.size() - 1));
        // bash sets its traps back before it becomes a program, and ends where that fails, unless told otherwise
        launch.line("case ${BASH_VERSION-} in ?*) shopt -s execfail;; esac");
        launch.line(
                "trap ",
                shellQuoted(
                        "case $? in 127) " + fail(program.missing()) + ";; *) " + fail(program.failed()) + ";; esac"),
                " 0");
        if (!env.isEmpty()) {
            // env would take a name with = for a variable
            launch.line("case $K8S_EXEC_ENV0,$1 in ?*,*=*) set -- nice -n 0 \"$@\";; esac");
            launch.line("case $K8S_EXEC_ENV0 in ?*) set -- ", env, "\"$@\";; esac");
        }
        return Arrays.copyOf(launch.text, launch.length);
    }

    private static String set(List<String> words) {
        return "set -- " + words.stream().map(ByteString::shellQuoted).collect(Collectors.joining(" "));
    }

    private static String fail(K8sExecException error) {
        return "{ printf '%s\\n' " + shellQuoted(ByteString.of(error.line())) + " >&2; exit "
                + error.id().exitCode() + "; }";
    }

    private ByteBuffer write(
            String state,
            String workingDirectory,
            Interpreter interpreter,
            ScriptEnvironment environment,
            List<String> warnings) {
        line("cd ", workingDirectory, " 2>/dev/null || { ", note(NO_DIRECTORY, state), "; exit 125; }");
        String env = environment(environment, warnings);
        for (String program : interpreter.required()) {
            line(isThere(program), " || { ", note(NO_SHELL, state), "; exit 127; }");
        }
        // a shell that could hand over runs no trap
        line("trap ", shellQuoted(note(EXEC_FAILED, state)), " 0");
        line(note(STARTED, state), " || { trap - 0; exit ", String.valueOf(NO_VOLUME), "; }");
        // not by a path through the volume, whose folders somebody could swap before the shell has opened it
        String handOver = interpreter.words().stream()
                        .map(word -> shellQuoted(ByteString.of(word)))
                        .collect(Collectors.joining(" "))
                + " /proc/self/fd/" + SCRIPT_DESCRIPTOR + " </dev/null";
        if (!env.isEmpty()) {
            line("case $K8S_EXEC_ENV0 in ?*) exec ", env, handOver, ";; esac");
        }
        line("exec ", handOver);
        return ByteBuffer.wrap(text, 0, length);
    }

    /** @return what goes before a command where K8S_EXEC_ENV0 is not empty; empty where it always is */
    private String environment(ScriptEnvironment environment, List<String> warnings) {
        line("unset OLDPWD");
        warnings.forEach(warning -> line("printf '%s\\n' ", shellQuoted("k8s-exec: warning: " + warning), " >&2"));
        List<Map.Entry<String, String>> last = new ArrayList<>();
        List<Map.Entry<String, String>> special = new ArrayList<>();
        for (Map.Entry<String, String> variable : environment.variables().entrySet()) {
            if (!isExportable(variable.getKey()) || SPECIAL.contains(variable.getKey())) {
                special.add(variable);
            } else if (isLast(variable.getKey())) {
                last.add(variable);
            } else {
                export(variable);
            }
        }
        String env = special.isEmpty() ? "" : writeSpecial(special);
        // a shell warns where the guest has no such locale; the task's own shell will say it once more
        line("{");
        last.forEach(this::export);
        line(":");
        line("} 2>/dev/null");
        return env;
    }

    /** [A-Za-z_][A-Za-z0-9_]*, without a regular expression: there may be thousands of variables. */
    private static boolean isExportable(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c != '_' && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && (i == 0 || c < '0' || c > '9')) {
                return false;
            }
        }
        return !name.isEmpty();
    }

    /** A shell reads what follows in the charset that these set, and looks for programs along PATH. */
    private static boolean isLast(String name) {
        return name.equals("PATH") || name.startsWith("LC_") || name.equals("LANG") || name.equals("LANGUAGE");
    }

    /** Of a path that cannot be run the system says why, when it is tried. */
    private static String isThere(String program) {
        String word = shellQuoted(ByteString.of(program));
        return program.startsWith("/") ? "[ -e " + word + " ]" : "command -v " + word + " >/dev/null";
    }

    /** Opened for reading too: that does not wait where somebody has put a named pipe into the file's place (fifo(7)). */
    private static String note(String word, String state) {
        return "echo " + word + " 1<>" + state;
    }

    /**
     * For names that a shell cannot export, or not as they are: GNU's {@code env -S} puts in the values of other variables itself, so that
     * they stand in no argument list. Where env has no -S, what the shell takes is exported and the rest is reported.
     *
     * @return the words that go before the command that hands over, where K8S_EXEC_ENV0 is not empty
     */
    private String writeSpecial(List<Map.Entry<String, String>> special) {
        Map<Boolean, List<Map.Entry<String, String>>> byFit = special.stream()
                .collect(Collectors.partitioningBy(
                        variable -> assignment(variable.getKey(), 0).length() < LONGEST_ENV_ARGUMENT - 100));
        List<Map.Entry<String, String>> fitting = byFit.get(true);
        List<String> arguments = envArguments(fitting);
        line("K8S_EXEC_ENV0=");
        line("if env -S true >/dev/null 2>&1; then");
        for (int i = 0; i < fitting.size(); i++) {
            line(
                    "export K8S_EXEC_V",
                    String.valueOf(i),
                    "=",
                    shellQuoted(fitting.get(i).getValue()));
        }
        for (int i = 0; i < arguments.size(); i++) {
            line("K8S_EXEC_ENV", String.valueOf(i), "=", shellQuoted(arguments.get(i)));
        }
        warnLeftOut(byFit.get(false), "the name is too long");
        line("else");
        List<Map.Entry<String, String>> never = new ArrayList<>();
        for (Map.Entry<String, String> variable : special) {
            if (isExportable(variable.getKey())) {
                line("if (export ", variable.getKey(), "=", shellQuoted(variable.getValue()), ") 2>/dev/null; then");
                export(variable);
                line("else");
                warnLeftOut(List.of(variable), "the guest's sh does not let it be set");
                line("fi");
            } else {
                never.add(variable);
            }
        }
        warnLeftOut(
                never,
                "no shell can export such a name and the guest's env has no -S (GNU coreutils 8.30 or newer has it)");
        line("fi");
        return IntStream.range(0, arguments.size())
                .mapToObj(i -> "env -S \"$K8S_EXEC_ENV" + i + "\" ")
                .collect(Collectors.joining());
    }

    /** What env -S is given, cut where it would be longer than Linux takes. Each ends its options, for a name that begins with a dash. */
    private static List<String> envArguments(List<Map.Entry<String, String>> variables) {
        List<String> arguments = new ArrayList<>();
        StringBuilder options = new StringBuilder();
        StringBuilder assignments = new StringBuilder();
        for (int i = 0; i < variables.size(); i++) {
            String option = "-u K8S_EXEC_V" + i + " ";
            String assignment = assignment(variables.get(i).getKey(), i);
            if (options.length() + option.length() + assignments.length() + assignment.length()
                    > LONGEST_ENV_ARGUMENT) {
                arguments.add(options + "-- " + assignments);
                options.setLength(0);
                assignments.setLength(0);
            }
            options.append(option);
            assignments.append(assignment);
        }
        arguments.add(options + "-- " + assignments);
        return arguments;
    }

    private static String assignment(String name, int number) {
        return "'" + name.replace("\\", "\\\\").replace("'", "\\'") + "='\"${K8S_EXEC_V" + number + "}\" ";
    }

    private void warnLeftOut(List<Map.Entry<String, String>> variables, String why) {
        if (!variables.isEmpty()) {
            String names = variables.stream()
                    .limit(NAMES_IN_A_WARNING)
                    .map(variable -> variable.getKey().replaceAll("\\p{Cntrl}", "?"))
                    .map(name -> name.length() > 100 ? name.substring(0, 100) + "..." : name)
                    .collect(Collectors.joining(" "));
            int more = variables.size() - NAMES_IN_A_WARNING;
            String text = "k8s-exec: warning: not passed on, because " + why + ": " + names
                    + (more > 0 ? " and " + more + " more" : "");
            line("printf '%s\\n' ", shellQuoted(text), " >&2");
        }
    }

    private void export(Map.Entry<String, String> variable) {
        // the pieces of a quoted word, not the word, which would be one more copy of it
        line("export ", variable.getKey(), "='", ByteString.betweenQuotes(variable.getValue()), "'");
    }

    private void line(String... parts) {
        for (String part : parts) {
            append(part);
        }
        append("\n");
    }

    /** A builder of bytes and not of text, which would have to be copied twice in the end: a large environment is a megabyte. */
    private void append(String part) {
        int end = length + part.length();
        if (end > text.length) {
            text = Arrays.copyOf(text, Math.max(end, 2 * text.length));
        }
        length = ByteString.copy(part, text, length);
    }
}
