package cd.go.contrib.k8sexec.cli.command;

import static cd.go.contrib.k8sexec.cli.outcome.K8sExecException.quoted;

import cd.go.contrib.k8sexec.cli.outcome.Cost;
import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.outcome.Outcome;
import cd.go.contrib.k8sexec.cli.target.Sizes;
import cd.go.contrib.k8sexec.protocol.CostLine;
import cd.go.contrib.k8sexec.protocol.InvalidValue;
import cd.go.contrib.k8sexec.protocol.Setting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import picocli.CommandLine.Option;

/** Whether a run says what its script took, and the words for that. */
final class CostOption {
    /** Who waits as long as that for a task wants to know what takes so long. */
    private static final Duration LONG = Duration.ofMinutes(1);

    @Option(names = "--cost")
    String cost;

    /** @throws K8sExecException SETTING_INVALID */
    CostLine when() {
        String text = TargetOptions.isSet(cost) ? cost : Setting.COST.defaultText();
        try {
            return CostLine.parse(text);
        } catch (InvalidValue e) {
            throw new K8sExecException(
                    ErrorId.SETTING_INVALID,
                    "--cost or GO_K8S_COST is " + quoted(text),
                    "which " + e.reason(),
                    e.remedy());
        }
    }

    /** One line for people; empty if they do not want it, or nothing is known. */
    Optional<String> line(Outcome outcome) {
        return Optional.ofNullable(outcome.cost())
                .filter(taken -> switch (when()) {
                    case ALWAYS -> true;
                    case NEVER -> false;
                    case AUTO -> outcome.exitCode() != 0 || taken.time().compareTo(LONG) >= 0;
                })
                .map(CostOption::text);
    }

    /** What is not known is not in it. */
    static String text(Cost cost) {
        List<String> parts = new ArrayList<>(List.of("the script took " + time(cost.time())));
        cost.usage().ifPresent(usage -> {
            String cpu = "its processes that have ended took " + time(usage.cpu()) + " of CPU";
            parts.add(cpu
                    + text(usage.largest())
                            .map(most -> ", at most " + most + " of memory in one of them")
                            .orElse(""));
        });
        memory(cost.memory().get()).ifPresent(parts::add);
        return String.join("; ", parts);
    }

    private static Optional<String> memory(Cost.Memory memory) {
        Optional<String> limit = text(memory.limit());
        Optional<String> used = text(memory.peak())
                .map(peak -> memory.container() + " has used at most " + peak + " of memory since it started");
        return used.map(peak ->
                        peak + limit.map(bytes -> ", of its limit of " + bytes).orElse(""))
                .or(() -> limit.map(bytes -> "the memory limit of " + memory.container() + " is " + bytes));
    }

    private static Optional<String> text(OptionalLong bytes) {
        return bytes.isPresent() ? Optional.of(Sizes.bytes(bytes.getAsLong())) : Optional.empty();
    }

    /** Like 340 ms, 1.2 s, 47 s, 2 min 3 s or 1 h 0 min; nothing is rounded up. */
    private static String time(Duration time) {
        if (time.toSeconds() < 1) {
            return time.toMillis() + " ms";
        } else if (time.toSeconds() < 10) {
            return time.toSeconds() + "." + time.toMillisPart() / 100 + " s";
        } else if (time.toMinutes() < 1) {
            return time.toSeconds() + " s";
        }
        return time.toHours() < 1
                ? time.toMinutes() + " min " + time.toSecondsPart() + " s"
                : time.toHours() + " h " + time.toMinutesPart() + " min";
    }
}
