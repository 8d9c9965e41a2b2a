package cd.go.contrib.k8sexec.cli.docs;

import cd.go.contrib.k8sexec.cli.command.OptionTexts;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The manual page of one command (man(7)), made from the command line's model. */
record ManPage(CommandSpec command, String version, String date) {
    /** Like k8s-exec-run. */
    String name() {
        return command.qualifiedName("-");
    }

    String roff() {
        StringBuilder page = new StringBuilder();
        String title = escaped(name().toUpperCase(Locale.ROOT));
        page.append(".TH " + title + " 1 " + date + " \"k8s\\-exec " + version + "\" \"GoCD Kubernetes executor\"\n");
        section(page, "NAME", escaped(name()) + " \\- " + escaped(Completion.summary(command)) + "\n");
        section(page, "SYNOPSIS", synopsis());
        section(
                page,
                "DESCRIPTION",
                text(List.of(command.usageMessage().header()))
                        + text(List.of(command.usageMessage().footer())));
        section(
                page,
                "COMMANDS",
                command.subcommands().values().stream()
                        .map(CommandLine::getCommandSpec)
                        .map(each -> item(
                                "\\fB" + escaped(each.name()) + "\\fR",
                                each.usageMessage().header()))
                        .collect(Collectors.joining()));
        section(
                page,
                "OPTIONS",
                Stream.concat(
                                command.positionalParameters().stream()
                                        .map(each -> item(value(each), each.description())),
                                command.options().stream().map(each -> item(option(each), each.description())))
                        .collect(Collectors.joining()));
        section(
                page,
                "ENVIRONMENT",
                command.options().stream().map(ManPage::variable).collect(Collectors.joining()));
        section(page, "EXIT STATUS", """
            .TP
            0
            Success, if the text above says nothing else.
            .TP
            2
            Wrong usage of the command line.
            .TP
            125
            k8s\\-exec could not do its part; one line on standard error has the error's id, which
            .BR k8s\\-exec\\-explain (1)
            explains.
            """);
        section(page, "EXAMPLES", preformatted(List.of(command.usageMessage().description())));
        section(page, "SEE ALSO", seeAlso());
        return page.toString();
    }

    private static void section(StringBuilder page, String title, String content) {
        if (!content.isEmpty()) {
            page.append(".SH ").append(title).append('\n').append(content);
        }
    }

    private String synopsis() {
        String synopsis =
                new Help(command, Ansi.OFF).synopsis(0).replaceAll("\\s+", " ").strip();
        String called = command.qualifiedName();
        return "\\fB" + escaped(called) + "\\fR" + escaped(synopsis.substring(called.length())) + "\n";
    }

    /** Paragraphs; what is indented stays as it is. */
    private static String text(List<String> lines) {
        StringBuilder text = new StringBuilder();
        boolean preformatted = false;
        String before = "";
        for (String line : lines) {
            if (line.startsWith("  ") != preformatted) {
                text.append(preformatted ? ".EE\n" : ".PP\n.EX\n");
                preformatted = !preformatted;
            } else if (!line.isEmpty() && before.isEmpty()) {
                text.append(".PP\n");
            }
            if (!line.isEmpty()) {
                text.append(escaped(line)).append('\n');
            }
            before = line;
        }
        return text.append(preformatted ? ".EE\n" : "").toString().replaceFirst("^\\.PP\n", "");
    }

    private static String preformatted(List<String> lines) {
        return lines.isEmpty()
                ? ""
                : ".EX\n" + lines.stream().map(line -> escaped(line) + "\n").collect(Collectors.joining()) + ".EE\n";
    }

    private static String item(String term, String... description) {
        return ".TP\n" + term + "\n" + escaped(String.join(" ", description)) + "\n";
    }

    private static String option(OptionSpec option) {
        return Arrays.stream(option.names())
                        .map(name -> "\\fB" + escaped(name) + "\\fR")
                        .collect(Collectors.joining(", "))
                + (option.arity().max() == 0 ? "" : " " + value(option));
    }

    private static String value(ArgSpec argument) {
        return "\\fI" + escaped(argument.paramLabel()) + "\\fR";
    }

    private static String variable(OptionSpec option) {
        return OptionTexts.setting(option)
                .map(setting ->
                        item("\\fB" + escaped(setting.variable()) + "\\fR", "Sets " + option.longestName() + "."))
                .orElse("");
    }

    private String seeAlso() {
        CommandSpec root = command.root();
        Stream<String> others = Stream.concat(
                        Stream.of(root), root.subcommands().values().stream().map(CommandLine::getCommandSpec))
                .filter(each -> each != command)
                .map(each -> escaped(each.qualifiedName("-")));
        return Stream.concat(others, Stream.of("nsenter"))
                        .map(name -> ".BR " + name + " (1)")
                        .collect(Collectors.joining(" ,\n"))
                + "\n";
    }

    /** Text in which a hyphen is one that can be copied, and nothing is a request or an escape sequence. */
    private static String escaped(String text) {
        String escaped = text.replace("\\", "\\e").replace("-", "\\-");
        return escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" + escaped : escaped;
    }
}
