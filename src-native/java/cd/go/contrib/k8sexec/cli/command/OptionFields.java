package cd.go.contrib.k8sexec.cli.command;

import java.lang.reflect.Field;
import org.graalvm.nativeimage.hosted.Feature;
import org.graalvm.nativeimage.hosted.RuntimeReflection;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;

/**
 * Lets picocli write the values of options into the fields of the commands, which it reaches by reflection. Nothing
 * else needs that: the native executable holds the model of all commands.
 */
public final class OptionFields implements Feature {

    @Override
    public void beforeAnalysis(BeforeAnalysisAccess access) {
        register(K8sExec.commandLine());
    }

    private static void register(CommandLine command) {
        for (ArgSpec argument : command.getCommandSpec().args()) {
            if (argument.userObject() instanceof Field field) {
                RuntimeReflection.register(field);
            }
        }
        command.getSubcommands().values().forEach(OptionFields::register);
    }
}
