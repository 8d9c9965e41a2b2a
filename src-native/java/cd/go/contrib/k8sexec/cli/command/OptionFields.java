package cd.go.contrib.k8sexec.cli.command;

import java.lang.reflect.Field;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.graalvm.nativeimage.hosted.Feature;
import org.graalvm.nativeimage.hosted.RuntimeReflection;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;

/**
 * Lets picocli write the values of options into the fields of the commands, which it reaches by reflection. Nothing
 * else needs that: the native executable holds the model of all commands.
 *
 * <p>And takes picocli's converters out of that model which no option of ours needs: they would bring the JDK's
 * network, databases, calendar and currencies into the executable; the network's library even looks at each start what
 * the machine has.
 */
public final class OptionFields implements Feature {

    @Override
    public void beforeAnalysis(BeforeAnalysisAccess access) {
        try {
            prepare(K8sExec.MODEL);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this picocli keeps its converters elsewhere", e);
        }
    }

    private static void prepare(CommandLine command) throws ReflectiveOperationException {
        for (ArgSpec argument : command.getCommandSpec().args()) {
            if (argument.userObject() instanceof Field field) {
                RuntimeReflection.register(field);
            }
        }
        Set<Class<?>> types = command.getCommandSpec().args().stream()
                .flatMap(argument -> Stream.of(argument.auxiliaryTypes()))
                .collect(Collectors.toSet());
        converters(command).keySet().retainAll(types);
        for (CommandLine subcommand : command.getSubcommands().values()) {
            prepare(subcommand);
        }
    }

    private static Map<?, ?> converters(CommandLine command) throws ReflectiveOperationException {
        Field interpreter = CommandLine.class.getDeclaredField("interpreter");
        interpreter.setAccessible(true);
        Field converters = interpreter.getType().getDeclaredField("converterRegistry");
        converters.setAccessible(true);
        return (Map<?, ?>) converters.get(interpreter.get(command));
    }
}
