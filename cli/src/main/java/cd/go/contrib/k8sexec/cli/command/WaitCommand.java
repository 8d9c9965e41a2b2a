package cd.go.contrib.k8sexec.cli.command;

import cd.go.contrib.k8sexec.cli.outcome.JsonText;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.Target;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "wait",
        header = "Waits until the guest is there, and says what it is.",
        description = {"  k8s-exec wait --for 60s", "  k8s-exec wait --for 5m --json"},
        footer = {"Exit code: 0; 125 if it has not come in that time, with the reason."})
final class WaitCommand implements Callable<Integer> {
    private static final Duration STANDARD = Duration.ofSeconds(60);

    @Option(
            names = {"--for", "--wait"},
            description = "How long at most, like 30s. Default: 60s.")
    Duration duration;

    @Mixin
    TargetOptions targetOptions;

    @Option(names = "--json", description = "Print one JSON object on one line.")
    boolean json;

    @Mixin
    HelpOption help;

    @Spec
    CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        ProcFs proc = ProcFs.mounted();
        Target target = targetOptions.find(
                proc,
                Optional.empty(),
                TargetOptions.sharedRootOfPod(),
                GuestWait.sleeping(
                        duration == null ? STANDARD : duration,
                        spec.commandLine().getErr()));
        spec.commandLine().getOut().println(json ? toJson(proc, target) : target.describe());
        return 0;
    }

    private static String toJson(ProcFs proc, Target target) {
        return JsonText.of(generator -> {
            generator.writeStartObject();
            generator.writeNumberField("pid", target.pid());
            generator.writeStringField("name", proc.containerName(target.pid()).orElse(null));
            generator.writeStringField("id", proc.containerId(target.pid()).orElse(null));
            generator.writeStringField("user", proc.user(target.pid()).orElse(null));
            generator.writeStringField("command", proc.commandLine(target.pid()));
            generator.writeStringField("reason", target.reason());
            generator.writeEndObject();
        });
    }
}
