package cd.go.contrib.k8sexec.cli.command;

import cd.go.contrib.k8sexec.cli.enter.Guest;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.platform.ByteString;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Where the volume is that agent and guest share. */
final class VolumeOptions {
    @Mixin
    SharedRootOption sharedRoot;

    @Option(names = "--container-root")
    String containerRoot;

    /** Whether it is known, which not every command needs. */
    boolean isSet() {
        return TargetOptions.isSet(sharedRoot.sharedRoot);
    }

    /**
     * For a command that does without it.
     *
     * @throws K8sExecException SHARED_ROOT_INVALID
     */
    Optional<Path> sharedRootIfSet() {
        return isSet() ? Optional.of(sharedRoot()) : Optional.empty();
    }

    /** @throws K8sExecException SHARED_ROOT_UNSET or SHARED_ROOT_INVALID */
    Path sharedRoot() {
        return sharedRoot.path();
    }

    /** @throws K8sExecException SHARED_ROOT_UNSET or SHARED_ROOT_INVALID */
    String containerRoot(Guest guest) {
        return TargetOptions.isSet(containerRoot)
                ? containerRoot
                : guest.sharedRoot().map(ByteString::toText).orElseGet(this::containerRoot);
    }

    /** @throws K8sExecException SHARED_ROOT_UNSET or SHARED_ROOT_INVALID */
    String containerRoot() {
        return TargetOptions.isSet(containerRoot) ? containerRoot : sharedRoot().toString();
    }
}
