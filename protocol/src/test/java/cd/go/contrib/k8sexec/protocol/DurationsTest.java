package cd.go.contrib.k8sexec.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {

    @ParameterizedTest
    @CsvSource({"0,PT0S", "10,PT10S", "' 10s ',PT10S", "500ms,PT0.5S", "2m,PT2M", "1h,PT1H", "999999h,PT999999H"})
    void durations_are_read_as_people_write_them(String text, Duration duration) throws InvalidValue {
        assertEquals(duration, Durations.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "s", "-1s", "1.5s", "1 s", "1d", "10S", "1000000h", "10s\n5s"})
    void anything_else_is_refused(String text) {
        assertEquals(
                "is no duration",
                assertThrows(InvalidValue.class, () -> Durations.parse(text)).reason());
    }
}
