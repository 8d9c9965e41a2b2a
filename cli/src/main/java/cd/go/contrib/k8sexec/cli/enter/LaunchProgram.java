package cd.go.contrib.k8sexec.cli.enter;

import static cd.go.contrib.k8sexec.cli.platform.ByteString.shellQuoted;

import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.platform.ByteString;
import cd.go.contrib.k8sexec.cli.platform.Streams;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

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
    /** Its exit code where it is not in the guest. */
    static final int ELSEWHERE = 122;
    /** The state once the task's shell was started. All states have eight letters: each is written over the one before. */
    public static final String STARTED = "started-";
    /** The state where the working directory cannot be entered. */
    public static final String NO_DIRECTORY = "no-cwd--";
    /** The state where the task's shell is not in the guest. */
    public static final String NO_SHELL = "no-shell";
    /** The state where the task's shell was found and could not be run. */
    public static final String EXEC_FAILED = "no-exec-";

    private static final String SCRIPT = String.valueOf(Streams.SCRIPT);

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

    /**
     * Makes the launching shell read its program from {@link Streams#SCRIPT}, which leaves standard input alone, and become what that has
     * set as its arguments. Not while it reads: BusyBox's shell would leave the file open.
     *
     * @param more how many descriptors nsenter had besides, which are not for the program
     */
    static String become(int more) {
        String close = IntStream.range(Streams.FIRST_MORE, Streams.FIRST_MORE + more)
                .mapToObj(descriptor -> descriptor + "<&- ")
                .collect(Collectors.joining());
        return "if [ -r /proc/self/fd/" + SCRIPT + " ]; then . /proc/self/fd/" + SCRIPT + "; else eval \"$(cat <&"
                + SCRIPT + ")\"; fi; exec " + close + SCRIPT + "<&-; [ $# -gt 0 ] || exit 125; exec \"$@\"";
    }

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
     * For a script of a run.
     *
     * @param opensScript whether the script has to be opened in the run's folder, or is open already
     * @param root        as for {@link #of(GuestProgram, Optional)}
     */
    static ByteBuffer of(GuestProgram program, boolean opensScript, Optional<String> root) {
        LaunchProgram launch = new LaunchProgram(program.environment());
        root.ifPresent(mount -> launch.line(mustBe(mount, "exit " + ELSEWHERE)));
        String folder = program.runFolder().get().path();
        String state = shellQuoted(folder + "/state");
        launch.line("[ -w ", state, " ] || exit ", String.valueOf(NO_VOLUME));
        if (opensScript) {
            launch.line("exec ", SCRIPT, "<", shellQuoted(folder + "/script"));
        }
        launch.write(program, state);
        return ByteBuffer.wrap(launch.text, 0, launch.length);
    }

    /**
     * For a program that takes this process's place: it ends with that program as the shell's arguments, for {@link #become}.
     *
     * @param root the number of the mount that must be the root, where it is not sure otherwise that this is the guest: another process,
     *             of the agent's own container perhaps, can have got the guest's process id before nsenter has entered
     */
    static byte[] of(GuestProgram program, Optional<String> root) {
        LaunchProgram launch = new LaunchProgram(program.environment());
        root.ifPresent(mount -> launch.line(mustBe(mount, fail(program.target().gone()))));
        launch.line(
                "cd ",
                shellQuoted(program.directory().path()),
                " 2>/dev/null || ",
                program.elsewhere()
                        .map(warning -> "{ cd /; " + print("k8s-exec: warning: " + warning) + "; }")
                        .orElseGet(() -> fail(program.words().of(Obstacle.NO_DIRECTORY, ""))));
        String env = launch.environment(program.environment(), program.warnings());
        if (program.streams().input() == Streams.Input.NONE) {
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
                shellQuoted("case $? in 127) " + fail(program.words().of(Obstacle.NO_PROGRAM, "")) + ";; *) "
                        + fail(program.words().of(Obstacle.PROGRAM_FAILED, Obstacle.ABOVE)) + ";; esac"),
                " 0");
        if (!env.isEmpty()) {
            // env would take a name with = for a variable
            launch.line("case $K8S_EXEC_ENV0,$1 in ?*,*=*) set -- nice -n 0 \"$@\";; esac");
            launch.line("case $K8S_EXEC_ENV0 in ?*) set -- ", env, "\"$@\";; esac");
        }
        return Arrays.copyOf(launch.text, launch.length);
    }

    private static String mustBe(String root, String otherwise) {
        return "while read -r K8S_EXEC_I _ _ _ K8S_EXEC_M _; do [ \"$K8S_EXEC_M\" != / ] || K8S_EXEC_R=$K8S_EXEC_I; done </proc/self/mountinfo; "
                + "[ \"$K8S_EXEC_R\" = " + root + " ] || " + otherwise + "; unset K8S_EXEC_I K8S_EXEC_M K8S_EXEC_R";
    }

    private static String set(List<String> words) {
        return "set -- " + words.stream().map(ByteString::shellQuoted).collect(Collectors.joining(" "));
    }

    private static String print(String line) {
        return "printf '%s\\n' " + shellQuoted(ByteString.of(line)) + " >&2";
    }

    private static String fail(K8sExecException error) {
        return "{ " + print(error.line()) + "; exit " + error.id().exitCode() + "; }";
    }

    private void write(GuestProgram program, String state) {
        line(
                "cd ",
                shellQuoted(program.directory().path()),
                " 2>/dev/null || { ",
                note(NO_DIRECTORY, state),
                "; exit 125; }");
        String env = environment(program.environment(), program.warnings());
        List<String> words = program.choice().get(0);
        for (String needed : Stream.concat(Stream.of(words.get(0)), program.needed().stream())
                .toList()) {
            line(isThere(needed), " || { ", note(NO_SHELL, state), "; exit 127; }");
        }
        // a shell that could hand over runs no trap
        line("trap ", shellQuoted(note(EXEC_FAILED, state)), " 0");
        line(note(STARTED, state), " || { trap - 0; exit ", String.valueOf(NO_VOLUME), "; }");
        String handOver = words.stream().map(ByteString::shellQuoted).collect(Collectors.joining(" ")) + " </dev/null";
        if (!env.isEmpty()) {
            line("case $K8S_EXEC_ENV0 in ?*) exec ", env, handOver, ";; esac");
        }
        line("exec ", handOver);
    }

    /** @return what goes before a command where K8S_EXEC_ENV0 is not empty; empty where it always is */
    private String environment(ScriptEnvironment environment, List<String> warnings) {
        line("unset OLDPWD");
        warnings.forEach(warning -> line(print("k8s-exec: warning: " + warning)));
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
        String word = shellQuoted(program);
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
