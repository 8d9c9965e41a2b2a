package cd.go.contrib.k8sexec.cli.command;

import cd.go.contrib.k8sexec.protocol.Setting;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Says in the command line's model what the options of settings are, as {@link Setting} has it: a command declares only
 * their names.
 */
public final class OptionTexts {
    private OptionTexts() {}

    /** The setting that an option is for: any of its names may be that of the setting. */
    public static Optional<Setting> setting(ArgSpec argument) {
        if (argument instanceof OptionSpec option) {
            for (String name : option.names()) {
                Optional<Setting> setting = Setting.ofOption(name);
                if (setting.isPresent()) {
                    return setting;
                }
            }
        }
        return Optional.empty();
    }

    /** Of all commands. The options stay in their order. */
    static void complete(CommandLine commandLine) {
        CommandSpec command = commandLine.getCommandSpec();
        List<OptionSpec> options = List.copyOf(command.options());
        options.forEach(command::remove);
        options.forEach(option -> command.add(
                setting(option).map(setting -> complete(option, setting)).orElse(option)));
        commandLine.getSubcommands().values().forEach(OptionTexts::complete);
    }

    private static OptionSpec complete(OptionSpec option, Setting setting) {
        OptionSpec.Builder complete = OptionSpec.builder(option).description(description(option, setting));
        if (!setting.label().isEmpty()) {
            complete.paramLabel(setting.label());
        }
        if (!setting.words().isEmpty()) {
            complete.completionCandidates(setting.words());
        }
        return complete.build();
    }

    /** A command may have a text and a default of its own. */
    private static String description(OptionSpec option, Setting setting) {
        String own = String.join(" ", option.description());
        String standard = setting.defaultText().isEmpty() ? "" : " Default: " + setting.defaultText() + ".";
        return (own.isEmpty() ? setting.plainText() + "." + standard : own) + " [" + setting.variable() + "]";
    }
}
