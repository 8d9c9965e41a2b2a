package cd.go.contrib.k8sexec.cli.command;

import java.time.Duration;
import picocli.CommandLine.Option;

/** How long to wait for a guest that is not there yet. */
final class WaitOption {
    @Option(names = "--wait")
    Duration wait;

    /** @param standard if nothing is set */
    Duration duration(Duration standard) {
        return wait == null ? standard : wait;
    }
}
