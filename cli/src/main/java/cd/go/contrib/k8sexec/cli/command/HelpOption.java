package cd.go.contrib.k8sexec.cli.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Every command's help: a sentence (header), the way to call it, examples (description), the options, and what else is
 * to be known (footer). The manual page is made of the same.
 */
@Command(
        synopsisHeading = "%nUsage: ",
        descriptionHeading = "%nExample:%n",
        parameterListHeading = "%n",
        optionListHeading = "%n",
        footerHeading = "%n",
        sortOptions = false)
final class HelpOption {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Print this help.")
    boolean help;
}
