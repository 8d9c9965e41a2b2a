package cd.go.contrib.k8sexec.cli.command;

import cd.go.contrib.k8sexec.cli.platform.Platform;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "pause",
        header = "Waits, as the guest's main process: reaps orphans, ends on SIGTERM.",
        description = "  k8s-exec pause",
        footer = {
            "Started under the name pause, k8s-exec does so too. The program that the",
            "command install puts beside it as pause does the same."
        })
final class PauseCommand implements Runnable {
    @Mixin
    HelpOption help;

    @Override
    public void run() {
        Platform.CURRENT.becomePause();
    }
}
