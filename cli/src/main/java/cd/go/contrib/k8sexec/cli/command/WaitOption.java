package cd.go.contrib.k8sexec.cli.command;

import java.time.Duration;
import picocli.CommandLine.Option;

/** How long to wait for a guest that is not there yet. */
final class WaitOption {
    @Option(
            names = "--wait",
            paramLabel = "DURATION",
            defaultValue = "${env:GO_K8S_WAIT}",
            converter = DurationConverter.class,
            description = "Wait that long for the guest to be there, like 30s. Default: 0s. [GO_K8S_WAIT]")
    Duration wait;

    Duration duration() {
        return wait == null ? Duration.ZERO : wait;
    }
}
