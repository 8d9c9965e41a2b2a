package cd.go.contrib.k8sexec.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import cd.go.contrib.k8sexec.cli.run.Step.State;
import cd.go.contrib.k8sexec.cli.run.Step.Trigger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every state × every trigger. */
class StepTest {
    /** A dot: nothing changes. Else the next state, with what is done then. */
    private static final String TABLE = """
                    STARTING          RUNNING           LOOKING           ENDING        KILLING       HOLDING  OVER
        STARTED     RUNNING           .                 .                 .:TELL        .             .        .
        FAILED      OVER              OVER              .                 .             .             .        .
        LOST        ENDING:TERMINATE  ENDING:TERMINATE  .                 .             .             .        .
        ENDED       LOOKING:LOOK      LOOKING:LOOK      .                 .             .             .        .
        CANCELED    ENDING:TERMINATE  ENDING:TERMINATE  ENDING:TERMINATE  .             .             OVER     .
        HASTE       .                 .                 .                 KILLING:KILL  .             .        .
        TIMED_OUT   ENDING:TERMINATE  ENDING:TERMINATE  .                 .             .             .        .
        LEFT        .                 .                 ENDING:TERMINATE  .             .             .        .
        GONE        .                 .                 OVER              OVER          OVER          .        .
        HELD        .                 .                 HOLDING:HOLD      HOLDING:HOLD  HOLDING:HOLD  .        .
        RESUMED     .                 .                 .                 .             .             OVER     .
        GRACE_OVER  .                 .                 .                 KILLING:KILL  .             .        .
        HOPELESS    .                 .                 .                 .             OVER          .        .
        """;

    @Test
    void every_trigger_in_every_state_does_what_the_table_says() {
        assertEquals(normal(TABLE), normal(table()));
    }

    private static String table() {
        List<String> lines = new ArrayList<>();
        lines.add(
                String.join(" ", Arrays.stream(State.values()).map(State::name).toList()));
        for (Trigger trigger : Trigger.values()) {
            lines.add(trigger + " "
                    + String.join(
                            " ",
                            Arrays.stream(State.values())
                                    .map(state -> cell(state, Step.of(state, trigger)))
                                    .toList()));
        }
        return String.join("\n", lines);
    }

    private static String cell(State state, Step step) {
        String next = step.next() == state ? "." : step.next().name();
        return step.action() == Step.Action.NOTHING ? next : next + ":" + step.action();
    }

    private static String normal(String table) {
        return table.strip()
                .lines()
                .map(line -> line.strip().replaceAll(" +", " "))
                .reduce("", (all, line) -> all + line + "\n");
    }
}
