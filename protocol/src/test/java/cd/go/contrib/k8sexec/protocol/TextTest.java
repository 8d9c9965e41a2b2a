package cd.go.contrib.k8sexec.protocol;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import org.junit.jupiter.api.Test;

class TextTest {

    @Test
    void all_of_unicode_may_be_in_it_but_nul_and_half_characters() {
        assertDoesNotThrow(() -> Text.check(""));
        assertDoesNotThrow(() -> Text.check("é\t\r\n\u0001\u007f\ud83d\ude00\uffff"));
        Map.of(
                        "a\0b", "holds a NUL character",
                        "\ud83d", "holds half of a surrogate pair, which is no character",
                        "x\ude00y", "holds half of a surrogate pair, which is no character",
                        "\ude00\ud83d", "holds half of a surrogate pair, which is no character",
                        "\ud83d\ud83d\ude00", "holds half of a surrogate pair, which is no character")
                .forEach((text, reason) -> assertEquals(
                        reason,
                        assertThrows(InvalidValue.class, () -> Text.check(text)).reason()));
    }

    @Test
    void a_script_has_something_to_do() {
        assertDoesNotThrow(() -> Text.checkScript(" true\n"));
        assertEquals(
                "is empty",
                assertThrows(InvalidValue.class, () -> Text.checkScript(" \t\n"))
                        .reason());
        assertThrows(InvalidValue.class, () -> Text.checkScript("a\0b"));
    }
}
