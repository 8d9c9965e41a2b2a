package cd.go.contrib.k8sexec.plugin.run;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Finds the program k8s-exec on the agent: where {@code K8S_EXEC} says, else along {@code PATH}, else in its usual
 * place.
 */
public final class ExecutableFinder {

    private static final String VARIABLE = "K8S_EXEC";
    private static final String NAME = "k8s-exec";

    private final Agent agent;

    public ExecutableFinder(Agent agent) {
        this.agent = agent;
    }

    /**
     * The path of k8s-exec.
     *
     * @throws TaskFailure if there is none, or if {@code K8S_EXEC} names something else: what was set on purpose is
     *         never replaced by something found elsewhere
     */
    public Path find() throws TaskFailure {
        String wanted = agent.environment().getOrDefault(VARIABLE, "");
        if (!wanted.isEmpty()) {
            return executable(wanted, "")
                    .orElseThrow(() -> new TaskFailure("The agent's environment variable " + VARIABLE
                            + " is " + wanted + ", which is not an executable file. Nothing was run."
                            + " Set it to the path of k8s-exec in the agent's container, or unset "
                            + "it to have k8s-exec looked for."));
        }
        String searchPath = agent.environment().getOrDefault("PATH", "");
        for (String folder : searchPath.split(File.pathSeparator)) {
            Optional<Path> found = folder.isEmpty() ? Optional.empty() : executable(folder, NAME);
            if (found.isPresent()) {
                return found.get();
            }
        }
        return executable(agent.usualExecutable().toString(), "")
                .orElseThrow(() -> new TaskFailure(
                        "k8s-exec was not found on this agent, so nothing was run. Looked in the agent's PATH ("
                                + (searchPath.isEmpty() ? "empty" : searchPath) + ") and for " + agent.usualExecutable()
                                + ". Use an agent image with k8s-exec in it, or set " + VARIABLE
                                + " in the agent's container to the path of k8s-exec."));
    }

    private static Optional<Path> executable(String first, String more) {
        try {
            Path path = Path.of(first, more).toAbsolutePath(); // a bare name would be looked for along PATH again
            return Files.isRegularFile(path) && Files.isExecutable(path) ? Optional.of(path) : Optional.empty();
        } catch (InvalidPathException e) {
            return Optional.empty(); // a name that this JVM's locale cannot express
        }
    }
}
