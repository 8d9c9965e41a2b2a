package cd.go.contrib.k8sexec.cli.command;

import cd.go.contrib.k8sexec.protocol.Setting;
import java.time.Duration;
import picocli.CommandLine.Option;

/** How patient a command is with what it ends. */
final class GraceOption {
    private static final Duration STANDARD = Setting.GRACE.defaultDuration();

    @Option(names = "--grace")
    Duration grace;

    Duration duration() {
        return grace == null ? STANDARD : grace;
    }
}
