package cd.go.contrib.k8sexec.cli.command;

import cd.go.contrib.k8sexec.protocol.Setting;
import java.time.Duration;
import picocli.CommandLine.Option;

/** How long to wait for a guest that is not there yet. */
final class WaitOption {
    private static final Duration STANDARD = Setting.WAIT.defaultDuration();

    @Option(names = "--wait")
    Duration wait;

    Duration duration() {
        return wait == null ? STANDARD : wait;
    }
}
