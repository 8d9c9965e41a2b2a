package cd.go.contrib.k8sexec.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VersionTest {

    @ParameterizedTest
    @CsvSource({
        "'k8s-exec 2.0.0 (commit 33ebc4e, native)\n',2.0.0",
        "'k8s-exec 2.1.0-rc1 (commit 33ebc4e, JVM)',2.1.0",
        "'a wrapper says hello\nk8s-exec 12.34.56',12.34.56"
    })
    void it_is_found_in_what_k8s_exec_prints(String output, String version) {
        assertEquals(version, Version.printed(output).map(Version::toString).orElse(""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "k8s-exec", "k8s-exec 2.0", "2.0.0", "my-k8s-exec2.0.0", "k8s-exec 99999.0.0"})
    void there_may_be_none(String output) {
        assertEquals(Optional.empty(), Version.printed(output));
    }

    @Test
    void a_version_has_what_older_ones_have() {
        Version old = Version.printed("k8s-exec 2.9.9").orElseThrow();
        Version young = Version.printed("k8s-exec 2.10.0").orElseThrow();

        assertTrue(young.has(old) && young.has(young) && young.has(Version.V2_0_0));
        assertFalse(old.has(young));
        assertEquals(Version.V2_1_0, Version.printed("k8s-exec 2.1.0-rc1").orElseThrow());
    }
}
