package cd.go.contrib.k8sexec.cli.outcome;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class K8sExecExceptionTest {

    @ParameterizedTest
    @CsvSource({
        "0, ?",
        "10, ?",
        "27, ?",
        "31, ?",
        "127, ?",
        "128, ?",
        "159, ?",
        "8232, ?",
        "8233, ?",
        "8203, ?",
        "8238, ?",
        "65279, ?",
        "32, ' '",
        "33, !",
        "126, ~",
        "160, \u00a0",
        "233, \u00e9",
        "8364, \u20ac"
    })
    void what_commands_a_terminal_or_cannot_be_seen_is_no_part_of_a_line(int character, String shown) {
        assertEquals("a" + shown + "b", K8sExecException.line("a" + (char) character + "b"));
        assertEquals("\u00e9" + shown, K8sExecException.line("\u00e9" + (char) character));
    }
}
