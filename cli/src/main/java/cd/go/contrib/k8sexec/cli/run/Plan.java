package cd.go.contrib.k8sexec.cli.run;

import cd.go.contrib.k8sexec.cli.enter.Entry;
import cd.go.contrib.k8sexec.cli.enter.Guest;
import cd.go.contrib.k8sexec.cli.enter.GuestEnvironment;
import cd.go.contrib.k8sexec.cli.enter.GuestProgram;
import cd.go.contrib.k8sexec.cli.enter.HeldPlace;
import cd.go.contrib.k8sexec.cli.enter.Obstacle;
import cd.go.contrib.k8sexec.cli.enter.ScriptEnvironment;
import cd.go.contrib.k8sexec.cli.enter.User;
import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.platform.ByteString;
import cd.go.contrib.k8sexec.cli.platform.Identity;
import cd.go.contrib.k8sexec.cli.platform.Place;
import cd.go.contrib.k8sexec.cli.platform.Platform;
import cd.go.contrib.k8sexec.cli.platform.Streams;
import cd.go.contrib.k8sexec.cli.request.TaskRequest;
import cd.go.contrib.k8sexec.cli.staging.RunId;
import cd.go.contrib.k8sexec.cli.staging.SharedVolume;
import cd.go.contrib.k8sexec.cli.staging.StagedRun;
import cd.go.contrib.k8sexec.protocol.Interpreter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * All that is decided before anything is done.
 *
 * @param entry            the way into the guest
 * @param workingDirectory where the script starts, as the guest sees it
 * @param sameDirectory    the same, as the agent sees it
 * @param containerRoot    where the guest has the shared volume, without a final slash
 * @param warnings         for people
 */
public record Plan(
        Guest guest,
        Entry entry,
        User user,
        byte[] script,
        Interpreter interpreter,
        String workingDirectory,
        Path sameDirectory,
        RunId run,
        String containerRoot,
        ScriptEnvironment environment,
        List<String> warnings) {
    private static final Pattern FINAL_SLASHES = Pattern.compile("/+$");

    /**
     * @param sharedRoot       where the agent has the shared volume
     * @param containerRoot    where the guest has it
     * @throws K8sExecException SETTING_INVALID or WORKING_DIRECTORY_OUTSIDE
     */
    public static Plan of(
            TaskRequest request,
            Guest guest,
            Entry entry,
            User user,
            Path sharedRoot,
            String containerRoot,
            RunId run) {
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
        String directory = root + inside(request.workingDirectory());
        GuestEnvironment own = GuestEnvironment.of(guest, user);
        Path sameDirectory = sharedRoot.resolve(request.workingDirectory());
        ScriptEnvironment environment = ScriptEnvironment.of(own.entries(), request.environment());
        return new Plan(
                guest,
                entry,
                user,
                request.script().getBytes(StandardCharsets.UTF_8),
                request.interpreter(),
                directory.isEmpty() ? "/" : directory,
                sameDirectory,
                run,
                root,
                isOfAnother(sameDirectory, user, guest)
                        ? environment.trusting(foldersOf(root, directory))
                        : environment,
                own.loss().stream().toList());
    }

    /** Whether the script's user is another than the owner of the job's folder. */
    private static boolean isOfAnother(Path directory, User user, Guest guest) {
        if (user.change().isEmpty() && guest.process().filter(user::isAnother).isPresent()) {
            // root of a user namespace, whose numbers mean something else
            return false;
        }
        long script = user.change().map(Identity::uid).orElseGet(Platform.CURRENT::uid);
        try {
            return Integer.toUnsignedLong((int) Files.getAttribute(directory, "unix:uid")) != script;
        } catch (IOException e) {
            return false;
        }
    }

    /** The working directory, what lies in it, and the folders above it on the volume: any may be the job's own. */
    private static List<String> foldersOf(String root, String directory) {
        List<String> folders = new ArrayList<>(List.of(ByteString.of(directory + "/*")));
        for (String folder = directory; folder.length() > root.length(); ) {
            folders.add(ByteString.of(folder));
            folder = folder.substring(0, folder.lastIndexOf('/'));
        }
        return folders;
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

    /** Whether the script runs as another user than this process, as the run's folder sees it. */
    boolean isByAnother() {
        return guest.process().map(user::isAnother).orElse(true);
    }

    /** Where the script runs, once the way in is known, for another process. */
    HeldPlace place() {
        return new HeldPlace(entry.reference(guest), user, ByteString.of(workingDirectory), run, environment);
    }

    /** The script's shell, as the way in is to start it. */
    GuestProgram program(StagedRun staged, Optional<Path> output, Duration grace) {
        return program(staged.place(), Optional.of(staged.path()), output, grace);
    }

    private GuestProgram program(String place, Optional<Path> staged, Optional<Path> output, Duration grace) {
        String runFolder = containerRoot + "/" + place;
        List<String> required = interpreter.required();
        return new GuestProgram(
                guest,
                user,
                environment,
                Optional.of(run),
                Optional.of(new Place(ByteString.of(runFolder), staged)),
                new Place(ByteString.of(workingDirectory), Optional.of(sameDirectory)),
                Optional.empty(),
                List.of(Stream.concat(interpreter.words().stream(), Stream.of(scriptPath()))
                        .map(ByteString::of)
                        .toList()),
                required.stream().skip(1).map(ByteString::of).findFirst(),
                new Streams(Streams.Input.NONE, output, Optional.of(script)),
                warnings,
                (obstacle, reason) -> explain(obstacle, reason, runFolder),
                grace);
    }

    /** A shell names it in its messages; of other programs children may open it again, by a path of their own. */
    private String scriptPath() {
        return interpreter.isShell() ? "/proc/self/fd/" + Streams.SCRIPT : Streams.SCRIPT_FOR_CHILDREN;
    }

    private K8sExecException explain(Obstacle obstacle, String reason, String runFolder) {
        return switch (obstacle) {
            case NO_VOLUME ->
                new K8sExecException(
                        ErrorId.CONTAINER_ROOT_INVALID,
                        guest.words() + " does not see the script in " + runFolder + ", or may not write there",
                        "so the script cannot run",
                        "mount the shared volume in the guest too, set GO_K8S_CONTAINER_ROOT or --container-root "
                                + "to its place there, and let the user of the script read it");
            case NO_DIRECTORY -> noDirectory(reason);
            case NO_SCRIPT ->
                new K8sExecException(
                        ErrorId.PROC_MISSING,
                        guest.words() + " has no procfs of its own processes on /proc"
                                + (reason.isEmpty() ? "" : " " + reason),
                        "by which the script's shell opens the script, so nothing was run",
                        "look what the guest mounts on /proc, or unmounts: every container gets its procfs there");
            case NO_PROGRAM ->
                new K8sExecException(
                        ErrorId.SHELL_MISSING,
                        "the guest has no " + String.join(", or no ", interpreter.required())
                                + " along the script's PATH",
                        "so the script cannot run",
                        "choose a shell that the guest's image has (sh is in most), or install " + interpreter.name()
                                + " there; if the job sets PATH, mind that GoCD does not expand a $PATH in it");
            case PROGRAM_FAILED ->
                new K8sExecException(
                        ErrorId.SHELL_FAILED,
                        "the guest's " + interpreter.program() + " cannot be run",
                        reason,
                        "look at it in the guest: its permissions, the mount it lies on, and the size of the "
                                + "environment");
        };
    }

    private K8sExecException noDirectory(String reason) {
        String nowhere = "so the script has nowhere to run";
        if (!Files.isDirectory(sameDirectory)) {
            return new K8sExecException(
                    ErrorId.WORKING_DIRECTORY_MISSING,
                    "the working directory " + sameDirectory + " is not there, in the agent neither",
                    nowhere,
                    "look which task or script of the job has deleted it, or correct the task's working directory");
        }
        Optional<String> difference = guest.mounts()
                .flatMap(mounts -> mounts.difference(sameDirectory.normalize().toString(), workingDirectory));
        String cannot = "the guest cannot change to the working directory " + workingDirectory
                + (reason.isEmpty() ? "" : " " + reason);
        return difference.isPresent()
                ? new K8sExecException(
                        ErrorId.WORKING_DIRECTORY_MISSING,
                        cannot + ": " + difference.get(),
                        "so what the script does there would be lost",
                        "mount the same volumes at the same paths in both containers, or set GO_K8S_CONTAINER_ROOT to "
                                + "the shared volume's place in the guest")
                : new K8sExecException(
                        ErrorId.WORKING_DIRECTORY_MISSING,
                        cannot,
                        nowhere,
                        "let the script's user enter it, and all folders above it; a symbolic link on the way must "
                                + "lead to the same place in both containers");
    }

    /** For people: everything but the values of variables and the script. */
    public List<String> describe() {
        List<String> lines = new ArrayList<>(List.of("target:            " + guest.describe()));
        lines.addAll(guest.details());
        lines.add("user:              " + user);
        String usualPlace = SharedVolume.FOLDER + "/" + run.text();
        List<String> ways = entry.describe(program(usualPlace, Optional.empty(), Optional.empty(), Duration.ZERO));
        lines.add("enter:             " + ways.get(0));
        ways.stream().skip(1).forEach(way -> lines.add("or, if refused:    " + way));
        lines.addAll(List.of(
                "shell:             " + interpreter,
                "working directory: " + workingDirectory,
                "staging folder:    " + containerRoot + "/" + usualPlace,
                "variables:         " + String.join(" ", environment.names())));
        return lines;
    }
}
