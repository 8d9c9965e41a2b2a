package cd.go.contrib.k8sexec.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NativeOnlyTest {
    @ParameterizedTest
    @ValueSource(strings = {"pause", "install /tmp"})
    void the_jvm_build_says_that_it_cannot(String arguments) {
        StringWriter err = new StringWriter();

        assertEquals(125, K8sExec.commandLine().setErr(new PrintWriter(err)).execute(arguments.split(" ")));
        assertTrue(err.toString().startsWith("k8s-exec: error [NATIVE_ONLY]: this is the JVM build"), err.toString());
    }
}
