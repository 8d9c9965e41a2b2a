package cd.go.contrib.k8sexec.plugin.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MultilineValuesTest {

    @ParameterizedTest
    @CsvSource({
        "'x,one,', 1",
        "'x,one,two,', 1",
        "'x,+ echo one,two,', 1",
        "'x,one,two,three,', 4",
        "'x,one,other,', 3",
        "'x,two,', 2",
        "'one,', 0",
        "'one,two,one,', 2",
        "'', 0"
    })
    void finds_where_a_value_may_have_begun(String lines, int keptLine) {
        MultilineValues values = new MultilineValues(List.of("one\ntwo\nthree", "single"));
        String text = lines.replace(',', '\n');

        assertEquals(
                keptLine,
                text.substring(0, values.openFrom(text))
                        .chars()
                        .filter(c -> c == '\n')
                        .count());
    }

    @Test
    void takes_no_value_of_one_line_and_no_blank_one() {
        MultilineValues values = new MultilineValues(List.of("one", "\n", " \n\n"));

        assertEquals(6, values.openFrom("a\none\n"));
        assertFalse(values.areIn("one\n\n"));
    }

    @Test
    void finds_a_value_among_lines() {
        MultilineValues values = new MultilineValues(List.of("one\r\ntwo\r\n", "three\n"));

        assertTrue(values.areIn("x\none\ntwo"));
        assertTrue(values.areIn("three"));
        assertFalse(values.areIn("one\nthree two"));
    }

    @Test
    void gives_a_value_its_own_line_ends_back() {
        MultilineValues values = new MultilineValues(List.of("one\r\ntwo\r\n", "three\n"));

        assertEquals("x\none\r\ntwo\r\ny", values.restoreIn("x\none\ntwo\ny"));
        assertEquals("one\r\ntwo\r\n", values.restoreIn("one\ntwo"));
        assertEquals("three\n", values.restoreIn("three"));
        assertEquals("three four", values.restoreIn("three four"));
    }
}
