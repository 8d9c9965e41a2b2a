package cd.go.contrib.k8sexec.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SignalsTest {

    /** As kill -l of bash prints them. */
    @ParameterizedTest
    @CsvSource({
        "1,HUP,SIGHUP",
        "9,KILL,SIGKILL",
        "15,TERM,SIGTERM",
        "17,CHLD,SIGCHLD",
        "31,SYS,SIGSYS",
        "32,32,signal 32",
        "64,64,signal 64"
    })
    void a_signal_has_linux_name_or_its_number(int number, String name, String described) {
        assertEquals(name, Signals.name(number));
        assertEquals(described, Signals.describe(number));
    }

    @Test
    void an_exit_code_of_128_and_more_tells_the_signal() {
        assertEquals(OptionalInt.of(9), Signals.ofExitCode(137));
        assertEquals(OptionalInt.of(64), Signals.ofExitCode(192));
        for (int other : new int[] {-1, 0, 9, 127, 128, 193, 255}) {
            assertEquals(OptionalInt.empty(), Signals.ofExitCode(other), String.valueOf(other));
        }
    }
}
