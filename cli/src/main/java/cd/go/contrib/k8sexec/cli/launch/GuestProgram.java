package cd.go.contrib.k8sexec.cli.launch;

import static cd.go.contrib.k8sexec.cli.outcome.K8sExecException.quoted;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.Target;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A program in the guest that takes the place of this process, by execve(2): so the terminal's signals, job control, every other signal
 * and the exit status are the program's own, and whoever ends k8s-exec ends the program. Nothing has to be cleaned up after it. What can go
 * wrong on the way in is found out beforehand, by entering the guest once for nothing, because afterwards nobody is left to tell
 * nsenter's exit code from the program's.
 *
 * @param environment      the guest's own
 * @param workingDirectory absolute, as the guest sees it, as a byte string ({@link ByteString})
 * @param directoryNeeded  whether it is an error where the guest does not have that; else the program starts in /, with a warning
 * @param choice           commands and their arguments, as byte strings: the first whose program is there, or else the last
 * @param readsInput       whether it gets this process's standard input; else that is empty
 * @param terminals        which of 0, 1 and 2 have to be a terminal
 * @param warnings         for people
 */
public record GuestProgram(
        Target target,
        Nsenter nsenter,
        User user,
        ScriptEnvironment environment,
        String workingDirectory,
        boolean directoryNeeded,
        List<List<String>> choice,
        boolean readsInput,
        List<Integer> terminals,
        List<String> warnings) {
    private static final Duration TRIAL_LIMIT = Duration.ofSeconds(20);

    /**
     * The last words of a command line, as byte strings.
     *
     * @param commandLine NUL-ended words, as in /proc/PID/cmdline: what Java gives its main method is no longer what was typed, in some locales
     */
    public static List<String> lastWords(byte[] commandLine, int count) {
        String[] words = ByteString.of(commandLine).split("\0", -1);
        return List.of(words).subList(words.length - 1 - count, words.length - 1);
    }

    /**
     * Does not return where this process can be replaced.
     *
     * @return the program's exit code, or 128+n where signal n ended it
     * @throws K8sExecException where the guest cannot be entered
     */
    public int become(Launcher launcher, ProcFs proc) throws InterruptedException {
        Map<String, String> nsenterEnvironment = Nsenter.environment(environment);
        try {
            target.checkUnchanged(proc);
            Launcher.Child trial = launcher.start(
                    nsenter.commandLine(target, user, List.of("sh", "-c", ":")), nsenterEnvironment, new byte[0]);
            // no signal is caught: what the caller ignores, the program shall ignore too
            Cancellation limit = new Cancellation();
            limit.timeOutAfter(TRIAL_LIMIT);
            limit.onFirst(unused -> ProcessHandle.of(trial.pid()).ifPresent(ProcessHandle::destroyForcibly));
            limit.startClock();
            trial.feed(ByteBuffer.allocate(0));
            Launcher.Status status = trial.await();
            limit.stopClock();
            if (limit.timedOutAfter().isPresent()) {
                throw new K8sExecException(
                        ErrorId.OUTCOME_UNKNOWN,
                        "the guest's sh, told to do nothing, did not end in " + TRIAL_LIMIT.toSeconds() + " s",
                        "so nothing was run",
                        "look what the guest's sh does at its start, and whether the guest's file systems hang");
            }
            if (status.exitCode() != 0) {
                throw nsenter.notEntered(target, status);
            }
            return launcher.become(
                    nsenter.commandLine(target, user, List.of("sh", "-c", LaunchProgram.BECOME)),
                    nsenterEnvironment,
                    LaunchProgram.of(this));
        } catch (IOException e) {
            throw nsenter.notStarted(e);
        }
    }

    K8sExecException noTerminal() {
        return new K8sExecException(
                ErrorId.TERMINAL_MISSING,
                "standard input or output is no terminal",
                "which was asked for",
                "run it on one, as in kubectl exec -it POD -c CONTAINER -- k8s-exec ..., or without it: k8s-exec exec -i -- sh");
    }

    K8sExecException noDirectory() {
        return new K8sExecException(
                ErrorId.WORKING_DIRECTORY_MISSING,
                "the guest cannot change to the working directory " + quoted(ByteString.toText(workingDirectory)),
                "so the program has nowhere to run",
                "name another with --workdir, like /, or set GO_K8S_CONTAINER_ROOT to where the guest mounts the shared volume");
    }

    String startsElsewhere() {
        return "k8s-exec: warning: the guest has no " + quoted(ByteString.toText(workingDirectory))
                + ", so the program starts in /; --workdir names a directory";
    }

    K8sExecException missing() {
        return new K8sExecException(
                ErrorId.PROGRAM_MISSING,
                "the guest has no " + name() + ", or not the interpreter that it names",
                "so it cannot be run",
                "look for it along the PATH that k8s-exec env --values shows, or install it in the guest's image");
    }

    K8sExecException failed() {
        return new K8sExecException(
                ErrorId.PROGRAM_FAILED,
                "the guest's " + name() + " cannot be run",
                "for the reason in the line above",
                "look at it in the guest: its permissions, the mount it lies on, and the size of arguments and environment");
    }

    private String name() {
        return quoted(ByteString.toText(choice.get(choice.size() - 1).get(0)));
    }
}
