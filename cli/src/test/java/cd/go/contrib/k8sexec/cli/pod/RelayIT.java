package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The cases of src/test/c/relay, with the relay that k8s-exec install puts into a volume. */
@Needs({Need.ROOT, Need.EXECUTABLE_TMP, Need.BASH, Need.GCC})
class RelayIT {
    private static final Pattern VERDICT = Pattern.compile("(ok|FAILED) (.*)");

    @TempDir
    static Path directory;

    @TestFactory
    Stream<DynamicTest> a_relay_as_a_client_sees_it() throws Exception {
        Assumptions.assumeTrue(Pod.isNative(), "the JVM build has no relay in it");
        output("target/k8s-exec", "install", directory.toRealPath().toString());
        // other users, whom some cases are, have to get there
        directory.toFile().setExecutable(true, false);
        String output = output("env", "RELAY=" + directory.toRealPath().resolve("relay"), "src/test/c/relay/run");

        List<DynamicTest> cases = new ArrayList<>();
        StringBuilder said = new StringBuilder();
        for (String line : output.lines().toList()) {
            Matcher verdict = VERDICT.matcher(line);
            if (verdict.matches()) {
                boolean failed = verdict.group(1).equals("FAILED");
                String text = said.toString();
                cases.add(DynamicTest.dynamicTest(verdict.group(2), () -> assertFalse(failed, text)));
                said.setLength(0);
            } else {
                said.append(line).append('\n');
            }
        }
        assertTrue(cases.size() > 90, output);
        return cases.stream();
    }

    private static String output(String... command) throws IOException, InterruptedException {
        Path output = Files.createTempFile(directory, "output", "");
        new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start()
                .waitFor();
        return Files.readString(output);
    }
}
