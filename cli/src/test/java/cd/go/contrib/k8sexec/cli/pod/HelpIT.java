package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.cli.command.K8sExec;
import cd.go.contrib.k8sexec.cli.pod.Pod.Result;
import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** The examples in every command's --help work as they stand there. */
@Needs(Need.POD)
@Tag("smoke")
class HelpIT {
    private static final Set<String> END_ONLY_WHEN_TOLD = Set.of("k8s-exec pause", "k8s-exec targets --watch=5s");
    private static final Set<String> NATIVE_ONLY = Set.of("k8s-exec pause", "k8s-exec install /go");

    /** What {@link HoldIT} has a run for that is held. */
    private static final Set<String> NEED_A_HELD_RUN = Set.of("k8s-exec resume", "k8s-exec resume ID");

    /** At a terminal, where somebody types exit until it has ended. */
    private static final String AT_TERMINAL = "while sleep 0.1; do echo exit; done | script -qec \"$0\" /dev/null";

    /** Until it has printed something, or only waits for signals (proc_pid_wchan(5)). */
    private static final String UNTIL_IT_GOES_ON = """
        sh -c "exec $0" >/tmp/printed & p=$!
        until [ -s /tmp/printed ] || grep -q sigtimedwait /proc/$p/wchan; do sleep 0.05; done
        kill $p
        """;

    /** A port that somebody listens at, and a server with a page. */
    private static final String WITH_SERVICES = """
        mkdir -p /tmp/www && touch /tmp/www/health && cd /tmp/www
        python3 -m http.server 8080 >/dev/null 2>&1 & page=$!
        python3 -m http.server 5432 >/dev/null 2>&1 & port=$!
        sh -c "exec $0"; code=$?
        kill $page $port
        exit $code
        """;

    @RegisterExtension
    static final Pod pod = Pod.forClass("GUEST_IMAGE=debian");

    static Stream<String> examples() {
        CommandLine root = K8sExec.commandLine();
        return Stream.concat(Stream.of(root), root.getSubcommands().values().stream())
                .flatMap(command ->
                        Stream.of(command.getCommandSpec().usageMessage().description()))
                .map(String::strip);
    }

    @BeforeEach
    void the_job_has_a_directory() {
        pod.exec("agent", "mkdir", "-p", "/go/pipelines/web").assertExitCode(0);
    }

    @AfterEach
    void remove_what_was_made() {
        pod.exec("agent", "sh", "-c", "rm -rf /go/*").assertExitCode(0);
    }

    @ParameterizedTest
    @MethodSource("examples")
    void the_example_works(String example) {
        boolean refused = NEED_A_HELD_RUN.contains(example) || NATIVE_ONLY.contains(example) && !Pod.isNative();
        boolean endless = END_ONLY_WHEN_TOLD.contains(example) && !refused;
        boolean waits = example.contains(" --tcp ");
        if (waits) {
            Need.require(Need.PYTHON);
        }
        boolean interactive = example.matches(".*k8s-exec (shell|exec -it) ?.*");
        Result result = pod.exec(
                "agent",
                "env",
                "PATH=/opt/extra:/usr/bin:/usr/sbin:/bin:/sbin",
                "GO_K8S_CONTAINER_SHARED_ROOT=/go",
                "timeout",
                "100",
                "sh",
                "-c",
                interactive ? AT_TERMINAL : endless ? UNTIL_IT_GOES_ON : waits ? WITH_SERVICES : example,
                example);

        result.assertExitCode(refused ? 125 : 0);
        assertTrue(refused || !result.errors().contains("error ["), result.toString());
    }
}
