package cd.go.contrib.k8sexec.cli.command;

import java.time.Duration;
import picocli.CommandLine.Option;

/** How patient a command is with what it ends. */
final class GraceOption {
    private static final Duration STANDARD = Duration.ofSeconds(10);

    @Option(
            names = "--grace",
            paramLabel = "DURATION",
            defaultValue = "${env:GO_K8S_GRACE}",
            converter = DurationConverter.class,
            description = "When processes are ended, the time from SIGTERM to SIGKILL. Default: 10s. [GO_K8S_GRACE]")
    Duration grace;

    Duration duration() {
        return grace == null ? STANDARD : grace;
    }
}
