package cd.go.contrib.k8sexec.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import cd.go.contrib.k8sexec.cli.outcome.Cost;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.outcome.Outcome;
import cd.go.contrib.k8sexec.cli.outcome.Usage;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CostOptionTest {
    private static final Cost.Memory UNKNOWN = new Cost.Memory("the guest", OptionalLong.empty(), OptionalLong.empty());

    private static Cost cost(long millis) {
        return new Cost(Duration.ofMillis(millis), Optional.empty(), () -> UNKNOWN);
    }

    private static CostOption option(String value) {
        CostOption option = new CostOption();
        option.cost = value;
        return option;
    }

    @ParameterizedTest
    @CsvSource({
        "auto, 0, 59999, false",
        "auto, 0, 60000, true",
        "auto, 1, 5, true",
        "never, 1, 60000, false",
        "always, 0, 5, true",
        "' ', 0, 5, false"
    })
    void it_is_told_if_it_failed_or_took_long_or_as_it_is_set(String value, int exitCode, long millis, boolean told) {
        Outcome outcome = Outcome.exited(exitCode).after(cost(millis));

        assertEquals(told, option(value).line(outcome).isPresent());
    }

    @Test
    void nothing_is_looked_up_for_a_line_that_nobody_gets() {
        Cost cost = new Cost(Duration.ZERO, Optional.empty(), () -> {
            throw new AssertionError();
        });

        assertEquals(Optional.empty(), option("auto").line(Outcome.exited(0).after(cost)));
    }

    @Test
    void without_a_script_there_is_nothing_to_tell() {
        assertEquals(Optional.empty(), option("always").line(Outcome.canceled(15)));
    }

    @Test
    void another_word_is_an_error() {
        K8sExecException error = assertThrows(K8sExecException.class, option("sometimes")::when);

        assertEquals("--cost or GO_K8S_COST is \"sometimes\"", error.what());
    }

    @Test
    void what_is_not_known_is_not_told() {
        Usage usage = Usage.of(90_000_000, 5_900_000, 1_503_238_553L);
        Usage small = Usage.of(0, 900, -1);
        Cost.Memory memory = new Cost.Memory("the guest", OptionalLong.of(2L << 30), OptionalLong.of(2_040_109_465L));
        Cost.Memory limit = new Cost.Memory("the guest", OptionalLong.of(2L << 30), OptionalLong.empty());
        Cost.Memory peak = new Cost.Memory("the guest", OptionalLong.empty(), OptionalLong.of(2_040_109_465L));

        assertEquals(
                "the script took 2 min 3 s; its processes that have ended took 1 min 35 s of CPU, at most 1.4Gi of "
                        + "memory in one of them; the guest has used at most 1.9Gi of memory since it started, of its "
                        + "limit of 2Gi",
                text(123_999, Optional.of(usage), memory));
        assertEquals(
                "the script took 7 ms; its processes that have ended took 0 ms of CPU; the memory limit of the guest "
                        + "is 2Gi",
                text(7, Optional.of(small), limit));
        assertEquals(
                "the script took 1.9 s; the guest has used at most 1.9Gi of memory since it started",
                text(1_999, Optional.empty(), peak));
        assertEquals("the script took 47 s", text(47_999, Optional.empty(), UNKNOWN));
        assertEquals("the script took 1 h 0 min", text(3_659_999, Optional.empty(), UNKNOWN));
    }

    private static String text(long millis, Optional<Usage> usage, Cost.Memory memory) {
        return CostOption.text(new Cost(Duration.ofMillis(millis), usage, () -> memory));
    }
}
