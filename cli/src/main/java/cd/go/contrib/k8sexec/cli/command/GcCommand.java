package cd.go.contrib.k8sexec.cli.command;

import cd.go.contrib.k8sexec.cli.launch.Cancellation;
import cd.go.contrib.k8sexec.cli.launch.Leftovers;
import cd.go.contrib.k8sexec.cli.staging.SharedVolume;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(name = "gc", sortOptions = false,
    headerHeading = "Cleans up after a k8s-exec that was itself killed: ends the processes%nof its runs and removes their files. Each run does so too.%n%n",
    footerHeading = "%nExample:%n", footer = "  k8s-exec gc --shared-root /go")
final class GcCommand implements Callable<Integer> {
    @Mixin
    SharedRootOption sharedRoot;

    @Mixin
    GraceOption grace;

    @Mixin
    HelpOption help;

    @Spec
    CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        Cancellation cancellation = Cancellation.bySignals();
        try (SharedVolume volume = SharedVolume.open(sharedRoot.path())) {
            new Leftovers(new ProcFs(Path.of("/proc")), volume).sweep(grace.duration(), cancellation, spec.commandLine().getOut()::println);
        }
        return cancellation.signal() == 0 ? 0 : 128 + cancellation.signal();
    }
}
