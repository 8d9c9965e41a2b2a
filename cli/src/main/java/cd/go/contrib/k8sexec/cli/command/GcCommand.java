package cd.go.contrib.k8sexec.cli.command;

import cd.go.contrib.k8sexec.cli.launch.Cancellation;
import cd.go.contrib.k8sexec.cli.launch.Leftovers;
import cd.go.contrib.k8sexec.cli.staging.SharedVolume;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(name = "gc", sortOptions = false,
    headerHeading = "Cleans up after a k8s-exec that was itself killed: ends the processes%nof its runs and removes their files. Each run does so too.%n%n",
    footerHeading = "%nExample:%n", footer = "  k8s-exec gc --shared-root /go")
final class GcCommand implements Callable<Integer> {
    @Option(names = "--shared-root", paramLabel = "DIR", defaultValue = "${env:GO_K8S_CONTAINER_SHARED_ROOT}",
        description = "Where the shared volume is mounted in the agent. Required. [GO_K8S_CONTAINER_SHARED_ROOT]")
    String sharedRoot;

    @Option(names = "--grace", paramLabel = "DURATION", defaultValue = "${env:GO_K8S_GRACE:-10s}", converter = DurationConverter.class,
        description = "The time from SIGTERM to SIGKILL. Default: 10s. [GO_K8S_GRACE]")
    Duration grace;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Print this help.")
    boolean help;

    @Spec
    CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        Cancellation cancellation = Cancellation.bySignals();
        Duration patience = TargetOptions.orDefault(grace, RunCommand.GRACE);
        try (SharedVolume volume = SharedVolume.open(VolumeOptions.path(sharedRoot))) {
            new Leftovers(new ProcFs(Path.of("/proc")), volume).sweep(patience, cancellation, spec.commandLine().getOut()::println);
        }
        return cancellation.signal() == 0 ? 0 : 128 + cancellation.signal();
    }
}
