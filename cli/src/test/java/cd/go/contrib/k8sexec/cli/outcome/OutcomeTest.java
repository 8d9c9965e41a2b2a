package cd.go.contrib.k8sexec.cli.outcome;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class OutcomeTest {
    @Test
    void what_a_script_took_is_in_the_result() {
        Cost cost = new Cost(
                Duration.ofMillis(1500),
                Optional.of(Usage.of(1_234_567, 89_000, 104_857_600)),
                () -> new Cost.Memory("the guest", OptionalLong.empty(), OptionalLong.of(7)));

        assertEquals(
                "{\"outcome\":\"exited\",\"exitCode\":3,\"signal\":null,\"error\":null,\"message\":null,"
                        + "\"reason\":null,\"enter\":\"setns\",\"durationMillis\":1600,\"scriptMillis\":1500,"
                        + "\"cpuUserMillis\":1234,\"cpuSystemMillis\":89,\"largestProcessBytes\":104857600,"
                        + "\"memoryLimitBytes\":null,\"memoryPeakBytes\":7}\n",
                Outcome.exited(3).by("setns").after(cost).toJson(1600));
    }

    @Test
    void what_is_not_known_is_null() {
        String result = Outcome.canceled(15).toJson(1);

        assertEquals(
                "\"scriptMillis\":null,\"cpuUserMillis\":null,\"cpuSystemMillis\":null,\"largestProcessBytes\":null,"
                        + "\"memoryLimitBytes\":null,\"memoryPeakBytes\":null}\n",
                result.substring(result.indexOf("\"scriptMillis")));
    }
}
