package cd.go.contrib.k8sexec.cli.command;

import cd.go.contrib.k8sexec.cli.platform.ByteString;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "exec",
        customSynopsis = "k8s-exec exec [OPTION...] [--] CMD [ARG...]",
        header = "Runs a program in the guest, with the guest's own environment.",
        description = {
            "  k8s-exec exec -- cat /etc/os-release",
            "  date | k8s-exec exec -i -- sh -c 'cat >/tmp/date'",
            "  k8s-exec exec -it --user target -- sh"
        },
        footer = {
            "Exit code: the program's own; 125 if k8s-exec failed, 126 if the program",
            "cannot be run, 127 if the guest has none of that name."
        })
final class ExecCommand implements Callable<Integer> {
    @Option(
            names = {"-i", "--stdin"},
            description = "Give it standard input, which is empty otherwise.")
    boolean stdin;

    @Option(
            names = {"-t", "--tty"},
            description = "Fail unless it has a terminal, and tell it which (TERM). It gets k8s-exec's own.")
    boolean tty;

    @Mixin
    EntryOptions entry;

    @Mixin
    HelpOption help;

    @Parameters(
            paramLabel = "CMD [ARG...]",
            hideParamSyntax = true,
            arity = "1..*",
            description = "The program and its arguments, which are passed as they are.")
    List<String> command;

    @Spec
    CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        ProcFs proc = ProcFs.mounted();
        List<String> words = ByteString.lastWords(proc.ownArguments(), command.size());
        if (words.get(0).startsWith("-") || words.get(0).isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "'" + command.get(0) + "' is no program's name: give the options first, then -- and the program");
        }
        List<Integer> terminals = Stream.of(0, 1)
                .filter(descriptor -> tty && (stdin || descriptor > 0))
                .toList();
        return entry.become(spec, proc, List.of(words), stdin, terminals, tty ? ShellCommand.terminal() : Map.of());
    }
}
