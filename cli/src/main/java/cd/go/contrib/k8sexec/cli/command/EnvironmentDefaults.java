package cd.go.contrib.k8sexec.cli.command;

import cd.go.contrib.k8sexec.cli.platform.Platform;
import cd.go.contrib.k8sexec.protocol.InvalidValue;
import cd.go.contrib.k8sexec.protocol.Setting;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/**
 * Gives an option that is not on the command line what the environment has for it.
 *
 * <p>It writes the value itself and tells picocli of none: picocli would try first whether the value is a number, by
 * two exceptions that every run pays for, and would refuse one that begins with a dash, without naming the variable.
 */
final class EnvironmentDefaults implements IDefaultValueProvider {

    @Override
    public String defaultValue(ArgSpec argument) {
        Setting setting = OptionTexts.setting(argument).orElse(null);
        String text = setting == null ? null : Platform.CURRENT.variable(setting.variable());
        if (TargetOptions.isSet(text)) {
            try {
                argument.setValue(argument.type() == String.class ? text : setting.parse(text));
            } catch (InvalidValue e) {
                if (isHelpAsked(argument.command()) || argument.command().userObject() instanceof DoctorCommand) {
                    // help is needed the more; doctor has a check for this
                    return null;
                }
                throw new ParameterException(
                        argument.command().commandLine(),
                        setting.variable() + " in the environment: '" + text + "' " + e.reason() + ": " + e.remedy());
            }
        }
        return null;
    }

    private static boolean isHelpAsked(CommandSpec command) {
        return command.options().stream().anyMatch(option -> option.usageHelp() && option.<Boolean>getValue());
    }
}
