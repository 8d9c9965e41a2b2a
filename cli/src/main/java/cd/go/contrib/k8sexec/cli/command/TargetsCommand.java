package cd.go.contrib.k8sexec.cli.command;

import cd.go.contrib.k8sexec.cli.enter.Entry;
import cd.go.contrib.k8sexec.cli.enter.Guest;
import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.JsonText;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.target.ContainerView;
import cd.go.contrib.k8sexec.cli.target.Limits;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.Sizes;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "targets",
        header = "Lists the containers of the Pod, as the agent sees them in /proc.",
        description = "  k8s-exec targets --watch=5s",
        footer = {
            "Roles: agent, pause, target (where scripts run), candidate (it is not clear",
            "which one is the target), other, down (its relay does not answer). Memory is",
            "that of the container's control group (cgroup) or, where that cannot be seen, of",
            "its processes (rss)."
        })
final class TargetsCommand implements Callable<Integer> {
    private static final List<String> HEADING =
            List.of("ROLE", "PID", "NAME", "ID", "USER", "AGE", "MEMORY", "LIMIT", "COMMAND");
    private static final int SHORT_ID = 12;
    private static final Duration SHORTEST = Duration.ofMillis(100);

    @Mixin
    TargetOptions targetOptions;

    @Mixin
    EnterOption enter;

    @Option(
            names = "--watch",
            paramLabel = "DURATION",
            arity = "0..1",
            fallbackValue = "2s",
            description = "Print it again and again, until Ctrl-C. Default: every 2s.")
    Duration watch;

    @Option(names = "--json", description = "Print one JSON object on one line.")
    boolean json;

    @Mixin
    HelpOption help;

    @Spec
    CommandSpec spec;

    private final ProcFs proc = ProcFs.mounted();

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        print(out, "");
        // the writer does not hear of a reader that has gone: System.out below it keeps that to itself
        while (watch != null && !System.out.checkError()) {
            Thread.sleep(watch.compareTo(SHORTEST) < 0 ? SHORTEST.toMillis() : watch.toMillis());
            print(out, json ? "" : Terminal.isOutput() ? Terminal.CLEAR : System.lineSeparator());
        }
        return 0;
    }

    private void print(PrintWriter out, String before) throws InterruptedException {
        Entry entry = enter.entry(proc);
        Optional<Guest> target = target(entry);
        List<ContainerView> containers = entry.containers(proc, target);
        target.ifPresent(Guest::release);
        out.print(before);
        if (json) {
            out.println(toJson(containers));
        } else {
            table(containers).forEach(out::println);
        }
        out.flush();
    }

    private Optional<Guest> target(Entry entry) throws InterruptedException {
        try {
            return Optional.of(targetOptions.find(
                    entry,
                    proc,
                    Optional.empty(),
                    TargetOptions.sharedRootOfPod(),
                    GuestWait.sleeping(Duration.ZERO, spec.commandLine().getErr())));
        } catch (K8sExecException e) {
            // several candidates show in the table; what was named and is not there does not
            if (e.id() != ErrorId.TARGET_AMBIGUOUS && e.id() != ErrorId.TARGET_NONE) {
                spec.commandLine().getErr().println(Notes.line("warning: no target: " + e.getMessage()));
            }
            return Optional.empty();
        }
    }

    private static List<String> table(List<ContainerView> containers) {
        List<List<String>> rows = new ArrayList<>(List.of(HEADING));
        containers.forEach(container -> rows.add(row(container)));
        int[] widths = new int[HEADING.size()];
        rows.forEach(row -> {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        });
        return rows.stream()
                .map(row -> {
                    StringBuilder line = new StringBuilder();
                    for (int i = 0; i < widths.length; i++) {
                        line.append(row.get(i))
                                .append(" ".repeat(widths[i] - row.get(i).length() + 2));
                    }
                    return Terminal.fitted(line.toString().stripTrailing());
                })
                .toList();
    }

    private static List<String> row(ContainerView container) {
        return List.of(
                        container.role(),
                        container.pid() == 0 ? "-" : String.valueOf(container.pid()),
                        container.name().orElse("-"),
                        container
                                .id()
                                .map(id -> id.substring(0, Math.min(id.length(), SHORT_ID)))
                                .orElse("-"),
                        container.user(),
                        container.pid() == 0 ? "-" : age(container.age()),
                        Sizes.bytes(container.memoryBytes()) + " " + container.memoryFrom(),
                        container
                                .memoryLimit()
                                .map(limit -> limit == Limits.NONE ? "none" : Sizes.bytes(limit))
                                .orElse("?"),
                        container.command())
                .stream()
                .map(K8sExecException::harmless)
                .toList();
    }

    /** In the two largest units, like 2d4h, 3m5s or 12s. */
    static String age(Duration age) {
        long[] amounts = {age.toDays(), age.toHoursPart(), age.toMinutesPart(), age.toSecondsPart()};
        String[] units = {"d", "h", "m", "s"};
        for (int i = 0; i < amounts.length - 1; i++) {
            if (amounts[i] > 0) {
                return amounts[i] + units[i] + (amounts[i + 1] > 0 ? amounts[i + 1] + units[i + 1] : "");
            }
        }
        return amounts[amounts.length - 1] + "s";
    }

    private static String toJson(List<ContainerView> containers) {
        return JsonText.of(generator -> {
            generator.writeStartObject();
            generator.writeArrayFieldStart("containers");
            for (ContainerView container : containers) {
                generator.writeStartObject();
                generator.writeStringField("role", container.role());
                if (container.pid() == 0) {
                    generator.writeNullField("pid");
                } else {
                    generator.writeNumberField("pid", container.pid());
                }
                generator.writeStringField("name", container.name().orElse(null));
                generator.writeStringField("id", container.id().orElse(null));
                generator.writeStringField("user", container.user());
                generator.writeStringField("command", container.command());
                generator.writeNumberField("ageSeconds", container.age().toSeconds());
                generator.writeNumberField("memoryBytes", container.memoryBytes());
                generator.writeStringField("memoryFrom", container.memoryFrom());
                generator.writeFieldName("memoryLimitBytes");
                if (container
                        .memoryLimit()
                        .filter(limit -> limit != Limits.NONE)
                        .isPresent()) {
                    generator.writeNumber(container.memoryLimit().get());
                } else {
                    generator.writeNull();
                }
                generator.writeEndObject();
            }
            generator.writeEndArray();
            generator.writeEndObject();
        });
    }
}
