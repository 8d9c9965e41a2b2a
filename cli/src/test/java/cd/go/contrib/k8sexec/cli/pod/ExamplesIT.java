package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.cli.command.K8sExec;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** Every example that a command's help has can be typed in as it stands, in the agent container. */
class ExamplesIT {
    /** What only ends when it is told to is: by SIGTERM after a while, by which timeout(1) has 124. */
    private static final Map<String, String> ENDLESS = Map.of("k8s-exec pause", "124|125", "k8s-exec targets --watch=5s", "124");

    @RegisterExtension
    static final Pod pod = Pod.forClass("GUEST_IMAGE=debian");

    @BeforeEach
    void the_job_has_a_directory() {
        pod.exec("agent", "mkdir", "-p", "/go/pipelines/web").assertExitCode(0);
    }

    @AfterEach
    void remove_what_the_examples_made() {
        pod.exec("agent", "sh", "-c", "rm -rf /go/*").assertExitCode(0);
    }

    static Stream<String> examples() {
        CommandLine root = K8sExec.commandLine();
        return Stream.concat(Stream.of(root), root.getSubcommands().values().stream())
            .flatMap(command -> Stream.of(command.getCommandSpec().usageMessage().description())).map(String::strip);
    }

    @ParameterizedTest
    @MethodSource("examples")
    void an_example_works(String example) {
        // at a terminal, whose other end is closed at once: a shell takes that for the end of its input
        var result = pod.exec("agent", "env", "GO_K8S_CONTAINER_SHARED_ROOT=/go", "PATH=" + Pod.K8S_EXEC.getParent() + ":" + System.getenv("PATH"),
            "EXAMPLE=" + example, "script", "-qec", "timeout --foreground 20 sh -c \"$EXAMPLE\"", "/dev/null");

        assertTrue(String.valueOf(result.exitCode()).matches(ENDLESS.getOrDefault(example, "0")), example + result);
    }
}
