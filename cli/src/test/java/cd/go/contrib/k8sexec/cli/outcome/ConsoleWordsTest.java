package cd.go.contrib.k8sexec.cli.outcome;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import cd.go.contrib.k8sexec.protocol.Setting;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ConsoleWordsTest {
    @ParameterizedTest
    @EnumSource
    void an_option_becomes_what_sets_the_same_in_a_task_or_a_pod(Setting setting) {
        for (String words : new String[] {
            setting.variable() + " or " + setting.option(),
            setting.option() + " or " + setting.variable(),
            setting.option() + " and " + setting.variable(),
            setting.option() + ", " + setting.variable(),
            setting.option()
        }) {
            String text = ConsoleWords.of("set " + words + ": then");
            String variable = setting.variable() + " in the agent container";
            assertEquals(
                    setting.property()
                            .map(key -> "set the task's \"" + setting.title() + "\" (or " + variable + "): then")
                            .orElse("set " + variable + ": then"),
                    text);
            assertFalse(text.contains("--"), text);
        }
    }

    @Test
    void what_is_no_option_of_a_run_stays() {
        for (String text : new String[] {
            "k8s-exec gc --all", "GO_K8S_CONTAINER_SHARED_ROOT is not set", "kubectl logs POD --previous", "--pids"
        }) {
            assertEquals(text, ConsoleWords.of(text));
        }
    }
}
