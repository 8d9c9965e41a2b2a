package cd.go.contrib.k8sexec.cli.command;

import cd.go.contrib.k8sexec.cli.enter.HeldPlace;
import cd.go.contrib.k8sexec.cli.run.HeldRuns;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** A run whose script has failed and whose place is held, to run in that. */
final class RunOption {
    private static final List<String> OF_THE_RUN = List.of(
            "--pid",
            "--container",
            "--wait",
            "--user",
            "--enter",
            "--relay",
            "--relay-uid",
            "--shared-root",
            "--container-root",
            "--workdir");

    @Option(
            names = "--run",
            paramLabel = "ID",
            description = "Go where the script of this run has failed, while its place is held "
                    + "(--hold-on-failure): by its way in, as its user, in its directory, with its environment.")
    String run;

    /**
     * Its place; empty if no run was named.
     *
     * @throws ParameterException if an option asks for something else than the run has
     * @throws cd.go.contrib.k8sexec.cli.outcome.K8sExecException RUN_NOT_HELD
     */
    Optional<HeldPlace> place(CommandSpec spec, ProcFs proc) {
        if (run == null) {
            return Optional.empty();
        }
        OF_THE_RUN.stream()
                .filter(name -> spec.commandLine().getParseResult().hasMatchedOption(name))
                .findFirst()
                .ifPresent(name -> {
                    throw new ParameterException(
                            spec.commandLine(), name + " cannot be given with --run: all that is the run's own");
                });
        return Optional.of(HeldRuns.now(proc).get(run).place());
    }
}
