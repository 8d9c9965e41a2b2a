package cd.go.contrib.k8sexec.cli.command;

import picocli.CommandLine.Option;

/** Every command's help. */
final class HelpOption {
    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Print this help.")
    boolean help;
}
