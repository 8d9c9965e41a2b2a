package cd.go.contrib.k8sexec.cli.command;

import cd.go.contrib.k8sexec.cli.run.HeldRuns;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "resume",
        header = "Has a run go on whose script has failed and whose place is held.",
        description = {"  k8s-exec resume", "  k8s-exec resume ID"},
        footer = {
            "The run then ends as it would have without --hold-on-failure. Exit code: 0;",
            "125 if no such run is held."
        })
final class ResumeCommand implements Callable<Integer> {
    @Parameters(
            arity = "0..1",
            paramLabel = "ID",
            hideParamSyntax = true,
            description = "The run, as the line says that tells of the hold. Default: the only one that is held.")
    String id;

    @Mixin
    HelpOption help;

    @Spec
    CommandSpec spec;

    @Override
    public Integer call() {
        String resumed =
                HeldRuns.now(ProcFs.mounted()).resume(Optional.ofNullable(id)).text();
        spec.commandLine().getOut().println("goes on: " + resumed);
        return 0;
    }
}
