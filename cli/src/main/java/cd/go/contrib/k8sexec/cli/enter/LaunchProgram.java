package cd.go.contrib.k8sexec.cli.enter;

import static cd.go.contrib.k8sexec.cli.platform.ByteString.shellQuoted;

import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.platform.ByteString;
import cd.go.contrib.k8sexec.cli.platform.Streams;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The program that the launching shell, the guest's {@code sh}, reads from its standard input: it changes to the
 * working directory, sets the environment and becomes the task's shell. All that is secret or not ASCII travels in it:
 * an argument list can be read by every container of the Pod, and Java mangles arguments under LANG=C.
 *
 * <p>How far it came stands in the run's state file: as it was made while nsenter works, {@link #STARTED} in the end.
 */
final class LaunchProgram {
    /**
     * Makes the launching shell read its standard input as a program: in blocks, if it may open it again, which
     * another user may not; else through cat; and byte by byte, as bash reads its own input, only in a guest that has
     * no cat.
     */
    static final String READ_STDIN = "if [ -r /proc/self/fd/0 ]; then . /proc/self/fd/0; "
            + "elif command -v cat >/dev/null; then eval \"$(cat)\"; else exec sh; fi";

    /** The launching shell's exit code if it does not see the state file; nsenter itself only has 1, 126 and 127. */
    static final int NO_VOLUME = 121;
    /** Its exit code if it is not in the guest. */
    static final int ELSEWHERE = 122;
    /**
     * The state once the task's shell was started. All states have eight letters: each is written over the one before.
     */
    static final String STARTED = "started-";
    /** The state if the working directory cannot be entered. */
    static final String NO_DIRECTORY = "no-cwd--";
    /** The state if the task's shell could not open the script: the guest's /proc has no processes, or others. */
    static final String NO_SCRIPT = "no-proc-";
    /** The state if the task's shell is not in the guest. */
    static final String NO_SHELL = "no-shell";
    /** The state if the task's shell was found and could not be run. */
    static final String EXEC_FAILED = "no-exec-";

    private static final String SCRIPT = String.valueOf(Streams.SCRIPT);

    /** More than the program takes without its variables, usually. */
    private static final int USUAL_SIZE = 2048;
    /**
     * Makes the launching shell read its program from {@link Streams#SCRIPT}, which leaves standard input alone, and
     * become what that has set as its arguments. Not while it reads: BusyBox's shell would leave the file open.
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

    private LaunchProgram() {}

    private static ShellText text(GuestProgram program) {
        return new ShellText(USUAL_SIZE + Exports.size(program.environment()));
    }

    /**
     * For a script of a run.
     *
     * @param opensScript whether the script has to be opened in the run's folder, or is open already
     * @param root        as for {@link #of(GuestProgram, Optional)}
     */
    static ByteBuffer of(GuestProgram program, boolean opensScript, Optional<String> root) {
        ShellText launch = text(program);
        root.ifPresent(mount -> launch.line(mustBe(mount, "exit " + ELSEWHERE)));
        String folder = program.runFolder().get().path();
        String state = shellQuoted(folder + "/state");
        launch.line("[ -w ", state, " ] || exit ", String.valueOf(NO_VOLUME));
        if (opensScript) {
            launch.line("exec ", SCRIPT, "<", shellQuoted(folder + "/script"));
        }
        write(launch, program, state);
        return launch.toBuffer();
    }

    /**
     * For a program that takes this process's place: it ends with that program as the shell's arguments, for {@link
     * #become}.
     *
     * @param root the number of the mount that must be the root, if it is not sure otherwise that this is the guest:
     *             another process, of the agent's own container perhaps, can have got the guest's process id before
     *             nsenter has entered
     */
    static byte[] of(GuestProgram program, Optional<String> root) {
        ShellText launch = text(program);
        root.ifPresent(mount -> launch.line(mustBe(mount, fail(program.target().gone()))));
        launch.line(
                "cd ",
                shellQuoted(program.directory().path()),
                " 2>/dev/null || ",
                program.elsewhere()
                        .map(warning -> "{ cd /; " + ShellText.print("k8s-exec: warning: " + warning) + "; }")
                        .orElseGet(() -> fail(program.words().of(Obstacle.NO_DIRECTORY, ""))));
        String env = environment(launch, program);
        if (program.streams().input() == Streams.Input.NONE) {
            launch.line("exec </dev/null");
        }
        List<List<String>> choice = program.choice();
        for (List<String> words : choice.subList(0, choice.size() - 1)) {
            launch.line("if command -v ", shellQuoted(words.get(0)), " >/dev/null; then ", set(words), "; else");
        }
        launch.line(set(choice.get(choice.size() - 1)), "; fi".repeat(choice.size() - 1));
        // bash sets its traps back before it becomes a program, and ends if that fails, unless told otherwise
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
        return launch.toBytes();
    }

    private static String mustBe(String root, String otherwise) {
        return "while read -r K8S_EXEC_I _ _ _ K8S_EXEC_M _; do [ \"$K8S_EXEC_M\" != / ] || "
                + "K8S_EXEC_R=$K8S_EXEC_I; done </proc/self/mountinfo; "
                + "[ \"$K8S_EXEC_R\" = " + root + " ] || " + otherwise + "; unset K8S_EXEC_I K8S_EXEC_M K8S_EXEC_R";
    }

    private static String set(List<String> words) {
        return "set -- " + words.stream().map(ByteString::shellQuoted).collect(Collectors.joining(" "));
    }

    private static String fail(K8sExecException error) {
        return "{ " + ShellText.print(error.line()) + "; exit " + error.id().exitCode() + "; }";
    }

    private static String environment(ShellText launch, GuestProgram program) {
        program.warnings().forEach(warning -> launch.line(ShellText.print("k8s-exec: warning: " + warning)));
        return Exports.add(launch, program.environment());
    }

    private static void write(ShellText launch, GuestProgram program, String state) {
        launch.line(
                "cd ",
                shellQuoted(program.directory().path()),
                " 2>/dev/null || { ",
                note(NO_DIRECTORY, state),
                "; exit 125; }");
        String env = environment(launch, program);
        List<String> words = program.choice().get(0);
        for (String needed : Stream.concat(Stream.of(words.get(0)), program.needed().stream())
                .toList()) {
            launch.line(isThere(needed), " || { ", note(NO_SHELL, state), "; exit 127; }");
        }
        if (program.streams().script().isPresent()) {
            String script = word(words.get(words.size() - 1));
            launch.line("[ -r ", script, " ] || { ", note(NO_SCRIPT, state), "; exit 125; }");
        }
        // a shell that could hand over runs no trap
        launch.line("trap ", shellQuoted(note(EXEC_FAILED, state)), " 0");
        launch.line(note(STARTED, state), " || { trap - 0; exit ", String.valueOf(NO_VOLUME), "; }");
        String handOver = words.stream().map(LaunchProgram::word).collect(Collectors.joining(" ")) + " </dev/null";
        if (!env.isEmpty()) {
            launch.line("case $K8S_EXEC_ENV0 in ?*) exec ", env, handOver, ";; esac");
        }
        launch.line("exec ", handOver);
    }

    /** The shell becomes the program, and so has its process id. */
    private static String word(String word) {
        return word.equals(Streams.SCRIPT_FOR_CHILDREN) ? "/proc/$$/fd/" + SCRIPT : shellQuoted(word);
    }

    /** Of a path that cannot be run the system says why, when it is tried. */
    private static String isThere(String program) {
        String word = shellQuoted(program);
        return program.startsWith("/") ? "[ -e " + word + " ]" : "command -v " + word + " >/dev/null";
    }

    /**
     * Opened for reading too: that does not wait if somebody has put a named pipe into the file's place (fifo(7)).
     */
    private static String note(String word, String state) {
        return "echo " + word + " 1<>" + state;
    }
}
