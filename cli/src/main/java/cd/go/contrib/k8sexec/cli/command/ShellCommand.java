package cd.go.contrib.k8sexec.cli.command;

import cd.go.contrib.k8sexec.cli.platform.ByteString;
import cd.go.contrib.k8sexec.cli.platform.Platform;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "shell",
        header = "Opens an interactive shell in the guest, in the job's working directory.",
        description = {"  k8s-exec shell", "  cd /go/pipelines/web && k8s-exec shell --shell sh"},
        footer = {"Exit code: the shell's own; 125 if k8s-exec failed."})
final class ShellCommand implements Callable<Integer> {
    private static final List<String> SHELLS = List.of("bash", "zsh", "sh");

    @Option(
            names = "--shell",
            paramLabel = "NAME",
            description = "Which shell. Default: the first that is there of bash, zsh and sh.")
    String shell;

    @Mixin
    EntryOptions entry;

    @Mixin
    HelpOption help;

    @Spec
    CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        List<List<String>> choice = (shell == null ? SHELLS.stream() : Stream.of(shell))
                .map(name -> List.of(ByteString.of(name)))
                .toList();
        return entry.become(spec, ProcFs.mounted(), choice, true, List.of(0, 1, 2), terminal());
    }

    /**
     * What the program has to know of the terminal, as the caller's shell does; xterm is what Kubernetes says of one.
     */
    static Map<String, String> terminal() {
        String type = Platform.CURRENT.variable("TERM");
        return Map.of("TERM", TargetOptions.isSet(type) ? ByteString.of(type) : "xterm");
    }
}
