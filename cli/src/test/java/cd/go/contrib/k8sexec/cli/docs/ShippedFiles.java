package cd.go.contrib.k8sexec.cli.docs;

import cd.go.contrib.k8sexec.cli.command.K8sExec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import picocli.CommandLine;

/**
 * What is shipped beside k8s-exec: completion for three shells, and the manual pages. The build calls it; nothing of it
 * is in k8s-exec.
 */
public final class ShippedFiles {
    private ShippedFiles() {}

    /**
     * Arguments: the folder in which completion/ and man/ are made, the version, and the date of the build, which
     * begins with a day.
     */
    public static void main(String... arguments) throws IOException {
        CommandLine commandLine = K8sExec.commandLine();
        Path completion = Files.createDirectories(Path.of(arguments[0], "completion"));
        Completion scripts = new Completion(commandLine);
        Files.writeString(completion.resolve("k8s-exec.bash"), scripts.bash());
        Files.writeString(completion.resolve("_k8s-exec"), scripts.zsh());
        Files.writeString(completion.resolve("k8s-exec.fish"), scripts.fish());

        Path man = Files.createDirectories(Path.of(arguments[0], "man"));
        for (CommandLine command : Stream.concat(Stream.of(commandLine), commandLine.getSubcommands().values().stream())
                .toList()) {
            ManPage page = new ManPage(command.getCommandSpec(), arguments[1], arguments[2].substring(0, 10));
            Files.writeString(man.resolve(page.name() + ".1"), page.roff());
        }
    }
}
