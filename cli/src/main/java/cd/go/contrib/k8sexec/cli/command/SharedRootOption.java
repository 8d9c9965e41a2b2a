package cd.go.contrib.k8sexec.cli.command;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Where the agent has the volume that it shares with the guest. */
final class SharedRootOption {
    @Option(names = "--shared-root")
    String sharedRoot;

    /** @throws K8sExecException SHARED_ROOT_UNSET or SHARED_ROOT_INVALID */
    Path path() {
        if (!TargetOptions.isSet(sharedRoot)) {
            throw new K8sExecException(
                    ErrorId.SHARED_ROOT_UNSET,
                    "GO_K8S_CONTAINER_SHARED_ROOT is not set and there is no --shared-root",
                    "so there is nowhere to put the script",
                    "set it to where the shared volume is mounted in the agent, like /go");
        }
        try {
            Path path = Path.of(sharedRoot);
            if (path.isAbsolute()) {
                return path;
            }
        } catch (InvalidPathException e) {
            // said below, with the value
        }
        throw new K8sExecException(
                ErrorId.SHARED_ROOT_INVALID,
                "the shared root is " + K8sExecException.quoted(sharedRoot),
                "which is not an absolute path that this locale can name",
                "set GO_K8S_CONTAINER_SHARED_ROOT or --shared-root to a path like /go");
    }
}
