package cd.go.contrib.k8sexec.cli.docs;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * What completes the command line in bash, zsh and fish, made from its model. (picocli's AutoComplete has none for
 * fish, takes the name of a command for that command wherever it stands, as in "exec -- run", and does not know
 * directories.)
 */
final class Completion {
    /** A Path is a file, unless its label says that it is a directory. */
    private static final String DIRECTORY = "DIR";

    private static final String MADE = "made by the build from the command line's model";

    private final CommandSpec root;
    private final Map<String, CommandSpec> commands = new LinkedHashMap<>();

    Completion(CommandLine commandLine) {
        root = commandLine.getCommandSpec();
        commandLine.getSubcommands().forEach((name, command) -> commands.put(name, command.getCommandSpec()));
    }

    // ---- bash

    String bash() {
        StringBuilder values = new StringBuilder();
        StringBuilder words = new StringBuilder();
        commands.forEach((name, command) -> {
            command.options().stream()
                    .filter(Completion::takesValue)
                    .forEach(option -> values.append("        ")
                            .append(Stream.of(option.names())
                                    .map(each -> "'" + name + " " + each + "'")
                                    .collect(Collectors.joining(" | ")))
                            .append(") ")
                            .append(bashValues(option))
                            .append(" return ;;\n"));
            String names = "_k8s_exec_words '" + names(command) + "'";
            String next = command.positionalParameters().stream()
                    .findFirst()
                    .filter(parameter -> !bashValues(parameter).isEmpty())
                    .map(parameter -> "if [[ $word == -* ]]; then " + names + "; else " + bashValues(parameter) + " fi")
                    .orElse(names);
            words.append("        ").append(name).append(") ").append(next).append(" ;;\n");
        });
        return """
            # bash completion for k8s-exec, @MADE@

            _k8s_exec_words() {
                mapfile -t COMPREPLY < <(compgen -W "$1" -- "$word")
            }

            _k8s_exec_paths() {
                compopt -o filenames 2>/dev/null
                mapfile -t COMPREPLY < <(compgen "$1" -- "$word")
            }

            _k8s_exec() {
                local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command='' each
                COMPREPLY=()
                # bash takes --name=value for three words
                if [[ $word == '=' ]]; then
                    word=''
                elif [[ $before == '=' ]]; then
                    before=${COMP_WORDS[COMP_CWORD - 2]}
                fi
                for each in "${COMP_WORDS[@]:1:COMP_CWORD - 1}"; do
                    case $each in
                        --) _k8s_exec_paths -f; return ;;
                        -*) ;;
                        *) command=${command:-$each} ;;
                    esac
                done
                case "$command $before" in
            @VALUES@    esac
                case $command in
                    '') _k8s_exec_words '@COMMANDS@' ;;
            @WORDS@    esac
            }

            complete -F _k8s_exec k8s-exec
            """.replace("@MADE@", MADE)
                .replace("@COMMANDS@", String.join(" ", commands.keySet()) + " " + names(root))
                .replace("@VALUES@", values)
                .replace("@WORDS@", words);
    }

    private static String names(CommandSpec command) {
        return command.options().stream()
                .flatMap(option -> Stream.of(option.names()))
                .collect(Collectors.joining(" "));
    }

    /** A command that ends with a semicolon, or nothing. */
    private static String bashValues(ArgSpec argument) {
        if (isDirectory(argument) || isFile(argument)) {
            return isDirectory(argument) ? "_k8s_exec_paths -d;" : "_k8s_exec_paths -f;";
        }
        return values(argument).isEmpty() ? "" : "_k8s_exec_words '" + String.join(" ", values(argument)) + "';";
    }

    // ---- zsh

    String zsh() {
        return """
            #compdef k8s-exec
            # zsh completion for k8s-exec, @MADE@

            _k8s-exec() {
                local -a line
                local curcontext=$curcontext state
                _arguments -C -S \\
            @OPTIONS@        '1:command:((@COMMANDS@))' \\
                    '*::argument:->arguments' && return
                case $line[1] in
            @CASES@    esac
            }

            _k8s-exec "$@"
            """.replace("@MADE@", MADE)
                .replace("@OPTIONS@", zshOptions(root))
                .replace(
                        "@COMMANDS@",
                        commands.entrySet().stream()
                                .map(command ->
                                        command.getKey() + "\\:\"" + zshText(summary(command.getValue())) + "\"")
                                .collect(Collectors.joining(" ")))
                .replace(
                        "@CASES@", commands.keySet().stream().map(this::zshCase).collect(Collectors.joining()));
    }

    private String zshCase(String name) {
        CommandSpec command = commands.get(name);
        return "        " + name + ")\n            _arguments -S \\\n"
                + indented(zshOptions(command) + zshParameters(command)) + "            ;;\n";
    }

    /** The lines of one command, of which the last is not continued. */
    private static String indented(String lines) {
        return lines.lines()
                .map(line -> "        " + line + "\n")
                .collect(Collectors.joining())
                .replaceFirst(" \\\\\n$", "\n");
    }

    private static String zshOptions(CommandSpec command) {
        return command.options().stream()
                .map(option -> {
                    String excluded = option.usageHelp() || option.versionHelp()
                            ? "(- *)"
                            : "(" + String.join(" ", option.names()) + ")";
                    String text = "[" + zshText(summary(option)) + "]" + (takesValue(option) ? zshValues(option) : "");
                    return Stream.of(option.names())
                            .map(name -> "        '" + excluded + name
                                    + (takesValue(option) && name.startsWith("--") ? "=" : "") + text + "' \\\n")
                            .collect(Collectors.joining());
                })
                .collect(Collectors.joining());
    }

    private static String zshParameters(CommandSpec command) {
        return command.positionalParameters().stream()
                .map(parameter ->
                        (parameter.isMultiValue() ? "*" : parameter.index().min() + 1) + zshValues(parameter))
                .map(text -> "        '" + text + "' \\\n")
                .collect(Collectors.joining());
    }

    private static String zshValues(ArgSpec argument) {
        String values = isDirectory(argument)
                ? "_files -/"
                : isFile(argument) ? "_files" : "(" + String.join(" ", values(argument)) + ")";
        return ":" + zshText(argument.paramLabel()) + ":" + (values.equals("()") ? " " : values);
    }

    /** Within single quotes, and brackets or a list with colons. */
    private static String zshText(String text) {
        return text.replace("\\", "\\\\")
                .replace("[", "\\[")
                .replace("]", "\\]")
                .replace(":", "\\:")
                .replace("'", "'\\''");
    }

    // ---- fish

    String fish() {
        StringBuilder fish = new StringBuilder("""
            # fish completion for k8s-exec, @MADE@

            # whether the command on the line is $argv[1], or there is none yet
            function __k8s_exec_command
                for word in (commandline -opc)[2..]
                    switch $word
                        case --
                            return 1
                        case '-*'
                        case '*'
                            test "$word" = "$argv[1]"
                            return
                    end
                end
                test -z "$argv[1]"
            end

            complete -c k8s-exec -f
            """.replace("@MADE@", MADE));
        root.options().forEach(option -> fish.append(fishOption("", option)));
        commands.forEach((name, command) -> {
            fish.append(fishCondition(""))
                    .append(" -a ")
                    .append(name)
                    .append(" -d ")
                    .append(fishQuoted(summary(command)))
                    .append('\n');
            command.options().forEach(option -> fish.append(fishOption(name, option)));
            command.positionalParameters().stream()
                    .limit(1)
                    .map(Completion::fishValues)
                    .filter(values -> !values.isEmpty())
                    .forEach(values ->
                            fish.append(fishCondition(name)).append(values).append('\n'));
        });
        return fish.toString();
    }

    private static String fishCondition(String command) {
        return "complete -c k8s-exec -n '__k8s_exec_command" + (command.isEmpty() ? "" : " " + command) + "'";
    }

    private static String fishOption(String command, OptionSpec option) {
        String names = Stream.of(option.names())
                .map(name -> name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.substring(1))
                .collect(Collectors.joining());
        String values = takesValue(option) ? (isFile(option) ? " -r" : " -x") + fishValues(option) : "";
        return fishCondition(command) + names + values + " -d " + fishQuoted(summary(option)) + "\n";
    }

    private static String fishValues(ArgSpec argument) {
        if (isFile(argument)) {
            return " -F";
        }
        String values = isDirectory(argument) ? "(__fish_complete_directories)" : String.join(" ", values(argument));
        return values.isEmpty() ? "" : " -a '" + values + "'";
    }

    private static String fishQuoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }

    // ---- the model

    private static boolean takesValue(OptionSpec option) {
        return option.arity().max() > 0;
    }

    private static boolean isDirectory(ArgSpec argument) {
        return argument.paramLabel().equals(DIRECTORY);
    }

    private static boolean isFile(ArgSpec argument) {
        return !isDirectory(argument)
                && (argument.type() == Path.class
                        || argument instanceof PositionalParamSpec && argument.isMultiValue());
    }

    private static List<String> values(ArgSpec argument) {
        return argument.completionCandidates() == null
                ? List.of()
                : StreamSupport.stream(argument.completionCandidates().spliterator(), false)
                        .toList();
    }

    static String summary(CommandSpec command) {
        return sentence(String.join(" ", command.usageMessage().header()));
    }

    private static String summary(ArgSpec argument) {
        return sentence(String.join(" ", argument.description()));
    }

    /** The first sentence, without its full stop. */
    private static String sentence(String text) {
        return text.replaceFirst("\\.( .*)?$", "");
    }
}
