package cd.go.contrib.k8sexec.cli.command;

import cd.go.contrib.k8sexec.cli.enter.Guest;
import cd.go.contrib.k8sexec.cli.enter.ScriptEnvironment;
import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.JsonText;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.request.TaskRequest;
import cd.go.contrib.k8sexec.cli.request.TaskRequestReader;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "env",
        header = "Shows the environment of a script in the guest: names, or values too.",
        description = {
            "  k8s-exec env",
            "  k8s-exec env --values | grep ^PATH=",
            "  echo '{\"version\": 1, \"script\": \"id\"}' | k8s-exec env --request -"
        })
final class EnvCommand implements Callable<Integer> {
    @Option(names = "--values", description = "Print NAME=value lines. Mind that they may be secret.")
    boolean values;

    @Option(
            names = {"-0", "--null"},
            description = "With --values: end each with NUL, not with a line end, for values of more than one line.")
    boolean nul;

    @Option(
            names = "--json",
            description = "Print a JSON object, or without --values an array. Bytes that are no UTF-8 become U+FFFD.")
    boolean json;

    @Option(
            names = "--request",
            paramLabel = "FILE",
            description =
                    "Add the variables of this request, as for k8s-exec run, in the container that it names; - for "
                            + "standard input.")
    String request;

    @Mixin
    TargetOptions targetOptions;

    @Mixin
    WaitOption wait;

    @Mixin
    EnterOption enter;

    @Mixin
    HelpOption help;

    @Spec
    CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        if (nul && (json || !values)) {
            throw new ParameterException(spec.commandLine(), "--null goes with --values alone");
        }
        ProcFs proc = ProcFs.mounted();
        Optional<TaskRequest> task = request == null ? Optional.empty() : Optional.of(task());
        Guest guest = targetOptions.find(
                enter.entry(proc),
                proc,
                task.flatMap(TaskRequest::container),
                TargetOptions.sharedRootOfPod(),
                GuestWait.sleeping(
                        wait.duration(Duration.ZERO), spec.commandLine().getErr()));
        byte[] variables = guest.environment()
                .orElseThrow(() -> new K8sExecException(
                        ErrorId.ENVIRONMENT_UNREADABLE,
                        "the environment of the guest (" + guest.describe() + ") cannot be read",
                        "so scripts there get GoCD's variables and a standard PATH only",
                        guest.unreadable()));
        print(ScriptEnvironment.of(variables, task.map(TaskRequest::environment).orElse(Map.of())));
        return 0;
    }

    private TaskRequest task() {
        try (InputStream in = request.equals("-") ? System.in : new FileInputStream(request)) {
            return TaskRequestReader.read(in);
        } catch (IOException e) {
            throw new K8sExecException(
                    ErrorId.SETTING_INVALID,
                    "--request is " + K8sExecException.quoted(request) + ", which cannot be read (" + e.getMessage()
                            + ")",
                    "so the job's variables are not known",
                    "name a file, or - for standard input");
        }
    }

    private void print(ScriptEnvironment environment) {
        if (json) {
            spec.commandLine().getOut().println(toJson(environment));
        } else if (values) {
            // as bytes: values need not be text
            byte[] entries = environment.sorted().entries(nul ? '\0' : '\n');
            System.out.write(entries, 0, entries.length);
            System.out.flush();
        } else {
            environment.names().forEach(spec.commandLine().getOut()::println);
        }
    }

    private String toJson(ScriptEnvironment environment) {
        return JsonText.of(generator -> {
            if (values) {
                generator.writeStartObject();
                for (Map.Entry<String, String> variable : environment.texts().entrySet()) {
                    generator.writeStringField(variable.getKey(), variable.getValue());
                }
                generator.writeEndObject();
            } else {
                String[] names = environment.names().toArray(String[]::new);
                generator.writeArray(names, 0, names.length);
            }
        });
    }
}
