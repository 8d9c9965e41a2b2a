package cd.go.contrib.k8sexec.needs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/** What becomes of tests on a machine that has no program but sh. */
class NeedsTest {
    @TempDir
    Path folder;

    @Test
    void tests_without_what_they_need_are_skipped_and_counted_with_all_of_it() throws Exception {
        assertEquals("1 passed, 0 failed\n", run("allowed"));
        assertEquals(
                List.of(
                        "perl\tWithMethods",
                        "python3, perl\tWithMethods",
                        "strace\tWithClass",
                        "strace, zsh\tWithClass",
                        "tmux\tWithSetUp",
                        "tmux, zsh\tWithSetUp"),
                records());
    }

    @Test
    void each_of_them_fails_where_none_may_be_skipped() throws Exception {
        assertEquals("1 passed, 4 failed\n", run("required"));
        assertEquals(List.of(), records());
    }

    private List<String> records() throws Exception {
        try (Stream<Path> files = Files.list(folder.resolve("target/skipped-tests"))) {
            return Files.readAllLines(files.findFirst().orElseThrow()).stream()
                    .sorted()
                    .toList();
        }
    }

    private String run(String mode) throws Exception {
        Path programs = Files.createDirectory(folder.resolve("bin"));
        Path shell = Files.createSymbolicLink(programs.resolve("sh"), Path.of("/bin/sh"));
        ProcessBuilder builder = new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "-cp",
                        System.getProperty("java.class.path"),
                        NeedsTest.class.getName())
                .directory(folder.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("PATH", programs.toString());
        builder.environment().put("K8S_EXEC_POD_TESTS", mode);
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Files.delete(shell);
        return output;
    }

    public static void main(String[] arguments) {
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(
                                        selectClass(WithMethods.class),
                                        selectClass(WithClass.class),
                                        selectClass(WithSetUp.class))
                                .build(),
                        listener);
        var summary = listener.getSummary();
        System.out.println(summary.getTestsSucceededCount() + " passed, " + summary.getTotalFailureCount() + " failed");
    }

    static class WithMethods {
        @Needs(Need.PERL)
        @Test
        void needs_one() {}

        @Needs({Need.PYTHON, Need.PERL})
        @ParameterizedTest
        @ValueSource(ints = {1, 2})
        void needs_two(int ignored) {}

        @Test
        void needs_nothing() {}
    }

    @Needs(Need.STRACE)
    static class WithClass {
        @Needs(Need.ZSH)
        @Test
        void needs_more() {}

        @Test
        void needs_what_the_class_needs() {}
    }

    static class WithSetUp {
        @BeforeAll
        static void up() {
            Need.require(Need.TMUX);
        }

        @Needs(Need.ZSH)
        @Test
        void needs_more() {}

        @Test
        void needs_what_the_class_needs() {}
    }
}
