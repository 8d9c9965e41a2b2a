package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;

import cd.go.contrib.k8sexec.cli.pod.Pod.Result;
import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Java names paths in the locale's characters; a job's folder is called what it is called. */
@Tag("smoke")
@Needs(Need.POD)
class LocaleIT {
    private static final String REQUEST = "{\"version\":1,\"script\":\"pwd\",\"workingDirectory\":\"é漢\"}";

    @RegisterExtension
    static final Pod pod = Pod.forClass();

    @AfterEach
    void remove() {
        pod.exec("agent", "rmdir", "/go/é漢").assertExitCode(0);
    }

    private static Result run(String locale) {
        pod.exec("agent", "mkdir", "/go/é漢").assertExitCode(0);
        return pod.k8sExec(Map.of("LC_ALL", locale), REQUEST, "run");
    }

    @ParameterizedTest
    @ValueSource(strings = {"C", "POSIX", "", "C.UTF-8"})
    void a_path_that_is_not_ascii_needs_no_locale(String locale) {
        assertEquals("/go/é漢\n", run(locale).assertExitCode(0).text());
    }

    @Test
    void a_locale_that_the_image_lacks_is_named_if_it_is_in_the_way() {
        Result result = run("xx_XX.ISO-8859-1");

        if (Pod.isNative()) {
            assertEquals("/go/é漢\n", result.assertExitCode(0).text());
        } else {
            result.assertExitCode(125).assertError("SETTING_INVALID", "LC_ALL=C.UTF-8");
        }
    }
}
