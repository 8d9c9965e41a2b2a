package cd.go.contrib.k8sexec.cli.staging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunIdTest {

    @Test
    void it_says_who_owns_the_run() {
        RunId id = RunId.create("pid:[4026531836]", 42, 4711);

        assertEquals(Optional.of(id), RunId.parse(id.text()));
        assertEquals("4026531836", id.pidNamespace());
        assertEquals(42, id.owner());
        assertEquals(4711, id.ownerStartTicks());
    }

    @Test
    void no_two_are_the_same() {
        assertNotEquals(RunId.create("pid:[1]", 1, 1), RunId.create("pid:[1]", 1, 1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "a_1_1_00000000000000000000000000000000",
                "1_1_1_0",
                "1_9999999999_1_00000000000000000000000000000000",
                "1_1_9999999999999999999_00000000000000000000000000000000",
                "1_1_1_00000000000000000000000000000000/.."
            })
    void a_name_that_is_not_ours_is_none(String name) {
        assertEquals(Optional.empty(), RunId.parse(name));
    }
}
