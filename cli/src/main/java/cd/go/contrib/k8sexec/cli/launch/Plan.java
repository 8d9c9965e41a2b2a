package cd.go.contrib.k8sexec.cli.launch;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.request.TaskRequest;
import cd.go.contrib.k8sexec.cli.staging.RunId;
import cd.go.contrib.k8sexec.cli.staging.SharedVolume;
import cd.go.contrib.k8sexec.cli.target.Namespace;
import cd.go.contrib.k8sexec.cli.target.Target;
import cd.go.contrib.k8sexec.protocol.Interpreter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * All that is decided before anything is done.
 *
 * @param nsenterFinder    gives {@link #nsenter}, which not every run needs
 * @param containerRoot    where the guest has the shared volume, absolute
 * @param workingDirectory where the script starts, as the guest sees it
 * @param runFolder        the run's folder, as the guest sees it
 * @param warnings         for people
 */
public record Plan(
        Target target,
        Supplier<Nsenter> nsenterFinder,
        User user,
        byte[] script,
        Interpreter interpreter,
        String containerRoot,
        String workingDirectory,
        String runFolder,
        ScriptEnvironment environment,
        List<String> warnings) {
    private static final Pattern FINAL_SLASHES = Pattern.compile("/+$");

    /**
     * @param guestEnvironment as in /proc/PID/environ, or empty where it may not be read
     * @throws K8sExecException SETTING_INVALID or WORKING_DIRECTORY_OUTSIDE
     */
    public static Plan of(
            TaskRequest request,
            Target target,
            Supplier<Nsenter> nsenterFinder,
            User user,
            String containerRoot,
            RunId run,
            Optional<byte[]> guestEnvironment) {
        if (!containerRoot.startsWith("/")) {
            throw new K8sExecException(
                    ErrorId.SETTING_INVALID,
                    "GO_K8S_CONTAINER_ROOT or --container-root is " + K8sExecException.quoted(containerRoot),
                    "which is not an absolute path",
                    "set it to where the guest mounts the shared volume");
        }
        String root = containerRoot.equals("/")
                ? ""
                : FINAL_SLASHES.matcher(containerRoot).replaceAll("");
        return new Plan(
                target,
                nsenterFinder,
                user,
                request.script().getBytes(StandardCharsets.UTF_8),
                request.interpreter(),
                containerRoot,
                root + inside(request.workingDirectory()),
                root + "/" + SharedVolume.FOLDER + "/" + run.text(),
                ScriptEnvironment.of(guestEnvironment.orElse(new byte[0]), request.environment()),
                guestEnvironment.isPresent()
                        ? List.of()
                        : List.of("the guest's own environment cannot be read, so the script gets GoCD's variables and "
                                + "a standard PATH only; give the agent container the capability SYS_PTRACE or, where the agent is not root, "
                                + "the guest the agent's user and group"));
    }

    /** The path below the root, with a leading slash. */
    private static String inside(String directory) {
        Deque<String> names = new ArrayDeque<>();
        boolean outside = directory.startsWith("/");
        for (String name : directory.split("/")) {
            if (name.equals("..")) {
                outside |= names.pollLast() == null;
            } else if (!name.isEmpty() && !name.equals(".")) {
                names.add(name);
            }
        }
        if (outside) {
            throw new K8sExecException(
                    ErrorId.WORKING_DIRECTORY_OUTSIDE,
                    "the working directory " + K8sExecException.quoted(directory) + " is not below the shared root",
                    "so the guest need not have it",
                    "send a path relative to the shared root, without leaving it by ..");
        }
        return names.stream().map(name -> "/" + name).collect(Collectors.joining());
    }

    /** Whether all that is to do in the guest is to start the script's shell there, in namespaces that a process can enter without a fork. */
    boolean isPlain() {
        return user.change().isEmpty()
                && warnings.isEmpty()
                && interpreter.required().size() == 1
                && Collections.disjoint(target.namespaces(), Set.of(Namespace.USER, Namespace.PID, Namespace.TIME));
    }

    /** Where the script's shell can be, as byte strings. */
    List<String> shellPaths() {
        String program = ByteString.of(interpreter.program());
        return program.startsWith("/")
                ? List.of(program)
                : Arrays.stream(environment.variables().get("PATH").split(":", -1))
                        .map(folder -> (folder.isEmpty() ? "." : folder) + "/" + program)
                        .toList();
    }

    /** The environment of the script's shell, where no launching shell sets it: NAME=value entries, each ended by NUL. */
    byte[] shellEnvironment(RunId run) {
        Map<String, String> variables = new LinkedHashMap<>();
        // as a shell's cd sets it
        variables.put("PWD", directory());
        variables.putAll(environment.variables());
        variables.put(Nsenter.RUN_ID, run.text());
        return new ScriptEnvironment(variables, environment.guestPath()).entries('\0');
    }

    /** @throws K8sExecException NSENTER_MISSING */
    Nsenter nsenter() {
        return nsenterFinder.get();
    }

    /** The command line that enters the guest and runs the launching shell there. It holds no variable and no part of the script. */
    public List<String> commandLine() {
        return nsenter().commandLine(target, user, List.of("sh", "-c", LaunchProgram.READ_STDIN));
    }

    Map<String, String> nsenterEnvironment(RunId run) {
        return Nsenter.environment(run, environment);
    }

    /** What the launching shell reads. */
    ByteBuffer program(boolean opensScript) {
        return LaunchProgram.of(runFolder, opensScript, directory(), interpreter, environment, warnings);
    }

    /** The working directory, as a byte string. */
    String directory() {
        return ByteString.of(workingDirectory.isEmpty() ? "/" : workingDirectory);
    }

    private String describeCommandLine(boolean dispensable) {
        try {
            return commandLine().stream()
                    .map(word -> word.matches("[\\w@%+=:,./-]+") ? word : ByteString.shellQuoted(word))
                    .collect(Collectors.joining(" "));
        } catch (K8sExecException e) {
            if (dispensable) {
                return "none: " + e.what();
            }
            throw e;
        }
    }

    /** For people: everything but the values of variables and the script. */
    public List<String> describe(Launcher launcher) {
        boolean direct = launcher.canEnter(this);
        return List.of(
                "target:            " + target.describe(),
                "namespaces:        "
                        + target.namespaces().stream().map(Namespace::fileName).collect(Collectors.joining(", ")),
                "user:              " + user,
                "entered by:        "
                        + (direct ? "setns(2), and where that fails by the command line" : "the command line"),
                "command line:      " + describeCommandLine(direct),
                "shell:             " + interpreter,
                "working directory: " + workingDirectory,
                "staging folder:    " + runFolder,
                "variables:         " + String.join(" ", environment.names()));
    }
}
