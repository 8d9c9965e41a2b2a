package cd.go.contrib.k8sexec.needs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Writes which tests were skipped to a file in target/skipped-tests, one for each JVM. A line has what the test needs,
 * a tab and the test's class; the last module of the build prints the sums (pom.xml).
 */
public final class SkippedTests implements TestExecutionListener {
    private final List<String> lines = new ArrayList<>();
    private TestPlan plan;

    @Override
    public void testPlanExecutionStarted(TestPlan started) {
        plan = started;
    }

    @Override
    public void executionSkipped(TestIdentifier skipped, String reason) {
        add(skipped, reason);
    }

    @Override
    public void executionFinished(TestIdentifier finished, TestExecutionResult result) {
        if (result.getStatus() == TestExecutionResult.Status.ABORTED) {
            add(finished, result.getThrowable().map(Throwable::getMessage).orElse("unknown"));
        }
    }

    private synchronized void add(TestIdentifier skipped, String reason) {
        String type = type(skipped).map(ClassSource::getJavaClass).map(Class::getSimpleName).orElse("unknown");
        tests(skipped).forEach(test -> lines.add(reason(test, reason) + "\t" + type));
    }

    /** The test itself, or the methods of a class; a method counts once, whatever its parameters are. */
    private Stream<TestIdentifier> tests(TestIdentifier skipped) {
        if (!isClass(skipped)) {
            return Stream.of(skipped);
        }
        return plan.getChildren(skipped).stream().flatMap(this::tests);
    }

    private static boolean isClass(TestIdentifier identifier) {
        return identifier.getSource().filter(ClassSource.class::isInstance).isPresent();
    }

    private Optional<ClassSource> type(TestIdentifier of) {
        return isClass(of)
                ? of.getSource().map(ClassSource.class::cast)
                : plan.getParent(of).flatMap(this::type);
    }

    /** A method may need more than its class, which was skipped as a whole. */
    private static String reason(TestIdentifier test, String reason) {
        Set<String> all = new LinkedHashSet<>(List.of(reason.replaceFirst("^Assumption failed: ", "").split(", ")));
        test.getSource()
                .filter(MethodSource.class::isInstance)
                .map(source -> ((MethodSource) source).getJavaMethod())
                .flatMap(method -> AnnotationSupport.findAnnotation(method, Needs.class))
                .ifPresent(needs -> all.addAll(Need.missing(needs.value())));
        return String.join(", ", all);
    }

    @Override
    public void testPlanExecutionFinished(TestPlan finished) {
        Path folder = Path.of("target/skipped-tests");
        try {
            Files.createDirectories(folder);
            Files.write(folder.resolve(String.valueOf(ProcessHandle.current().pid())), lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
