package cd.go.contrib.k8sexec.cli.command;

import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.platform.Events;
import cd.go.contrib.k8sexec.cli.platform.Platform;
import cd.go.contrib.k8sexec.cli.run.Leftovers;
import cd.go.contrib.k8sexec.cli.run.Run;
import cd.go.contrib.k8sexec.cli.staging.SharedVolume;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "gc",
        header = "Ends and removes what a k8s-exec left that was itself killed.",
        description = "  k8s-exec gc --shared-root /go",
        footer = {
            "That is the processes and the files of its runs. Each run does so too, for some",
            "of them. What may go on in another Pod is left, and counted."
        })
final class GcCommand implements Callable<Integer> {
    @Mixin
    SharedRootOption sharedRoot;

    @Mixin
    GraceOption grace;

    @Option(
            names = "--all",
            description = "Remove also the folders of runs that may go on elsewhere: in a Pod of another node, say.")
    boolean all;

    @Mixin
    HelpOption help;

    @Spec
    CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        Notes.begin();
        Events events = Platform.CURRENT.events(Run.CANCELING);
        boolean canceled = true;
        try (SharedVolume volume = SharedVolume.open(sharedRoot.path())) {
            Leftovers.Extent extent = all ? Leftovers.Extent.ALL : Leftovers.Extent.ENDED;
            new Leftovers(ProcFs.mounted(), sharedRoot.path(), volume, extent)
                    .sweep(
                            grace.duration(),
                            events,
                            note -> spec.commandLine().getOut().println(K8sExecException.line(note)));
            canceled = false;
        } finally {
            Notes.finish(events, canceled);
        }
        return 0;
    }
}
