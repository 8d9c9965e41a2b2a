package cd.go.contrib.k8sexec.cli.run;

import cd.go.contrib.k8sexec.cli.platform.ByteString;
import cd.go.contrib.k8sexec.cli.platform.Platform;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.ProcessInfo;
import cd.go.contrib.k8sexec.cli.target.Self;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** What somebody types at another machine to run this k8s-exec in this container. */
record AgentCommand(ProcFs proc) {
    private static final String NAME = "k8s-exec";
    private static final Path NAMESPACE = Path.of("/var/run/secrets/kubernetes.io/serviceaccount/namespace");

    /** @param arguments words that need no quotes */
    String of(String arguments) {
        return kubectl("") + arguments;
    }

    /** As {@link #of}, with a terminal. */
    String atTerminal(String arguments) {
        return kubectl("-it ") + arguments;
    }

    /** A word in capitals stands for what is not known. */
    private String kubectl(String options) {
        Self self = new Self(proc);
        String container =
                proc.self().map(ProcessInfo::pid).flatMap(proc::containerName).orElse("CONTAINER");
        return "kubectl exec " + options + self.podName().orElse("POD") + namespace() + " -c " + container + " -- "
                + program() + " ";
    }

    /** Empty if the Pod has no token of its service account. */
    private static String namespace() {
        try {
            return " -n " + Files.readString(NAMESPACE).strip();
        } catch (IOException e) {
            return "";
        }
    }

    /** Its name if a shell finds it by that, else its path. */
    private String program() {
        Path own = proc.root().resolve("self/exe");
        String path = Platform.CURRENT.variable("PATH");
        boolean isFound = path != null
                && Arrays.stream(path.split(":"))
                        .filter(folder -> folder.startsWith("/"))
                        .map(folder -> folder + "/" + NAME)
                        .filter(AgentCommand::isExecutable)
                        .findFirst()
                        .filter(found -> isSame(found, own))
                        .isPresent();
        return isFound
                ? NAME
                : Optional.of(own)
                        .flatMap(AgentCommand::target)
                        .map(AgentCommand::word)
                        .orElse(NAME);
    }

    private static boolean isExecutable(String path) {
        try {
            return Files.isExecutable(Path.of(path));
        } catch (InvalidPathException e) {
            return false;
        }
    }

    private static boolean isSame(String path, Path own) {
        try {
            return Files.isSameFile(Path.of(path), own);
        } catch (IOException e) {
            return false;
        }
    }

    private static Optional<String> target(Path link) {
        try {
            return Optional.of(Files.readSymbolicLink(link).toString());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static String word(String path) {
        return path.matches("[\\w@%+=:,./-]+") ? path : ByteString.shellQuoted(path);
    }
}
