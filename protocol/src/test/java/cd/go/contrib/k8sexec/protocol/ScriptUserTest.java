package cd.go.contrib.k8sexec.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScriptUserTest {

    @Test
    void two_users_have_names() throws InvalidValue {
        assertSame(ScriptUser.AGENT, ScriptUser.parse("agent"));
        assertSame(ScriptUser.TARGET, ScriptUser.parse(" target "));
    }

    @ParameterizedTest
    @CsvSource({"0:0,0,0", "1000:0,1000,0", "4294967294:4294967294,4294967294,4294967294"})
    void others_are_numbers_that_the_kernel_has(String text, long uid, long gid) throws InvalidValue {
        assertEquals(uid, ScriptUser.parse(text).uid());
        assertEquals(gid, ScriptUser.parse(text).gid());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "root", "1000", "1000:", ":0", "-1:0", "1:2:3", "Agent", "4294967295:0", "0:9999999999"})
    void anything_else_is_refused(String text) {
        assertEquals(
                "names no user",
                assertThrows(InvalidValue.class, () -> ScriptUser.parse(text)).reason());
    }
}
