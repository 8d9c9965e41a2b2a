package cd.go.contrib.k8sexec.cli.command;

import cd.go.contrib.k8sexec.cli.enter.Guest;
import cd.go.contrib.k8sexec.cli.outcome.JsonText;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
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

    @Mixin
    EnterOption enter;

    @Option(names = "--json", description = "Print one JSON object on one line.")
    boolean json;

    @Mixin
    HelpOption help;

    @Spec
    CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        ProcFs proc = ProcFs.mounted();
        Guest guest = targetOptions.find(
                enter.entry(proc),
                proc,
                Optional.empty(),
                TargetOptions.sharedRootOfPod(),
                GuestWait.sleeping(
                        duration == null ? STANDARD : duration,
                        note -> spec.commandLine().getErr().println("k8s-exec: " + note)));
        spec.commandLine().getOut().println(json ? toJson(guest.about()) : guest.describe());
        return 0;
    }

    private static String toJson(Guest.Facts facts) {
        return JsonText.of(generator -> {
            generator.writeStartObject();
            if (facts.pid() == null) {
                generator.writeNullField("pid");
            } else {
                generator.writeNumberField("pid", facts.pid());
            }
            generator.writeStringField("name", facts.name());
            generator.writeStringField("id", facts.id());
            generator.writeStringField("user", facts.user());
            generator.writeStringField("command", facts.command());
            generator.writeStringField("reason", facts.reason());
            generator.writeEndObject();
        });
    }
}
