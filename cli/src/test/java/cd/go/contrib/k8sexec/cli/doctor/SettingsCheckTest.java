package cd.go.contrib.k8sexec.cli.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.protocol.Setting;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsCheckTest {

    @Test
    void what_k8s_exec_knows_is_well() {
        Check check = SettingsCheck.of(Map.of(
                "PATH", "/bin",
                "GO_SERVER_URL", "x",
                "GO_K8S_CONTAINER_SHARED_ROOT", "/go",
                "GO_K8S_WAIT", "30s",
                "GO_K8S_GRACE", " ",
                "GO_K8S_USER", ""));

        assertEquals(Check.Status.OK, check.status());
        assertNull(check.remedy());
    }

    @ParameterizedTest
    @CsvSource({
        "GO_K8S_GRAZE,rename GO_K8S_GRAZE to GO_K8S_GRACE",
        "GO_K8S_GRACE_PERIOD,rename GO_K8S_GRACE_PERIOD to GO_K8S_GRACE",
        "GO_K8S_TIMOUT,rename GO_K8S_TIMOUT to GO_K8S_TIMEOUT",
        "GO_K8S_SHARED_ROOT,rename GO_K8S_SHARED_ROOT to GO_K8S_CONTAINER_SHARED_ROOT",
        "GO_K8S_ROOT,rename GO_K8S_ROOT to GO_K8S_CONTAINER_SHARED_ROOT or GO_K8S_CONTAINER_ROOT",
        "GO_K8S_NAMESPACE,remove GO_K8S_NAMESPACE",
        "GO_K8S_A_B_A,remove GO_K8S_A_B_A",
        "GO_K8S__,remove GO_K8S__",
        "GO_K8S_,remove GO_K8S_"
    })
    void a_name_that_nothing_reads_is_a_warning_with_the_name_that_may_be_meant(String name, String remedy) {
        Check check = SettingsCheck.of(Map.of(name, "secret", "GO_K8S_WAIT", "30s"));

        assertEquals(Check.Status.WARNING, check.status());
        assertEquals(name + " is not known to this k8s-exec, so it has no effect", check.finding());
        assertEquals("in the agent container: " + remedy, check.remedy().text());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GO_K8S_PORT",
                "GO_K8S_SERVICE_HOST",
                "GO_K8S_SERVICE_PORT_HTTPS",
                "GO_K8S_EXECUTOR_SERVICE_PORT",
                "GO_K8S_EXECUTOR_PORT_8153_TCP_ADDR"
            })
    void what_kubernetes_sets_for_a_service_of_such_a_name_is_passed_over(String name) {
        assertEquals(Check.Status.OK, SettingsCheck.of(Map.of(name, "x")).status());
    }

    @Test
    void a_value_that_cannot_be_used_is_a_failure_beside_all_else() {
        Check check = SettingsCheck.of(Map.of("GO_K8S_GRACE", "abc", "GO_K8S_USR", "root", "GO_K8S_USER", "root"));

        assertEquals(Check.Status.FAILURE, check.status());
        assertEquals(
                "GO_K8S_USER is \"root\", which names no user; GO_K8S_GRACE is \"abc\", which is no duration;"
                        + " GO_K8S_USR is not known to this k8s-exec, so it has no effect",
                check.finding());
        for (Setting named : new Setting[] {Setting.GRACE, Setting.USER}) {
            assertTrue(
                    check.remedy().text().contains("for " + named.variable() + " use "),
                    check.remedy().text());
        }
    }
}
