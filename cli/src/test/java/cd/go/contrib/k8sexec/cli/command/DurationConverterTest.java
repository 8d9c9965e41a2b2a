package cd.go.contrib.k8sexec.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class DurationConverterTest {

    @ParameterizedTest
    @CsvSource({"' ',", "0,PT0S", "10,PT10S", "10s,PT10S", "500ms,PT0.5S", "2m,PT2M", "1h,PT1H"})
    void durations_are_read_as_people_write_them(String text, Duration duration) {
        assertEquals(duration, new DurationConverter().convert(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"s", "-1s", "1.5s", "1 s", "1d", "1000000h"})
    void anything_else_is_refused(String text) {
        assertThrows(TypeConversionException.class, () -> new DurationConverter().convert(text));
    }
}
