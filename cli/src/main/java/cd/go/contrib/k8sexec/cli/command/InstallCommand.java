package cd.go.contrib.k8sexec.cli.command;

import cd.go.contrib.k8sexec.cli.install.Installation;
import cd.go.contrib.k8sexec.cli.platform.Platform;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "install",
        header = "Puts k8s-exec, relay and pause into a volume, from an init container.",
        description = "  k8s-exec install /go",
        footer = {
            "The guest then has relay there, or pause, to start it as its main process. If",
            "it can write to the volume it can change the files: mount it readOnly there. An",
            "agent must use the k8s-exec of its own image, and never the one in the volume."
        })
final class InstallCommand implements Runnable {
    private static final Path SELF = ProcFs.mounted().root().resolve("self/exe");

    @Parameters(
            paramLabel = "DIR",
            description = "Where the volume is mounted, or a directory in it. Files of these names are replaced.")
    Path directory;

    @Mixin
    HelpOption help;

    @Spec
    CommandSpec spec;

    @Override
    public void run() {
        byte[] relay = Platform.CURRENT.relay();
        PrintWriter out = spec.commandLine().getOut();
        try (Installation installation = Installation.into(directory);
                InputStream self = Files.newInputStream(SELF)) {
            out.println(installation.put("relay", new ByteArrayInputStream(relay)));
            // by its name it is known what it is to be
            out.println(installation.put("pause", new ByteArrayInputStream(relay)));
            out.println(installation.put("k8s-exec", self));
            if (installation.forbidsExecution()) {
                spec.commandLine()
                        .getErr()
                        .println("k8s-exec: warning: " + directory
                                + " is mounted with noexec, so nothing can be started from there; use a "
                                + "volume without that option");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
