package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.cli.pod.Strace.Call;
import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a run costs in a Pod with many processes, in files that are opened below /proc: for each process of the Pod one
 * small one at most, and none below its ns/. bench/run measures the time.
 */
@Needs({Need.POD, Need.STRACE})
class CrowdIT {
    private static final int MANY = 200;
    /** Processes of which more may be read: the containers', those of "pod exec", and the run's own. */
    private static final int FEW = 20;

    private static final Pattern PROCESS = Pattern.compile("^\\w+\\([^\"]*\"(?:/proc/)?(\\d+)/");

    @BeforeEach
    void native_alone() {
        Pod.requireNative();
        Pod.requireNot("relay", "it looks at no process of the Pod");
    }

    /** As many as are wanted, each by this command; ends with them. */
    private static String crowd(String command) {
        return "trap 'kill $(jobs -p); exit' TERM; i=0; while [ $i -lt " + MANY + " ]; do " + command
                + " & i=$((i+1)); done; echo there >/go/crowd; wait";
    }

    private static void await(Pod pod) {
        pod.exec("agent", "sh", "-c", "until [ -e /go/crowd ]; do sleep 0.05; done; rm /go/crowd");
    }

    /** How often something below /proc/PID was opened or looked at, by process. */
    private static Map<String, Long> looks(Strace trace) {
        return trace.own().stream()
                .map(call -> PROCESS.matcher(call.text()))
                .filter(Matcher::find)
                .collect(Collectors.groupingBy(process -> process.group(1), Collectors.counting()));
    }

    private static Strace run(Pod pod, String script, String... options) {
        List<String> arguments = new ArrayList<>(List.of("run"));
        arguments.addAll(List.of(options));
        return Strace.of(pod, Pod.request("sh", script, Map.of()), arguments.toArray(String[]::new));
    }

    /** One of them may be a sidecar's, of another user, whose namespaces may not be looked at. */
    @ParameterizedTest
    @ValueSource(strings = {"sleep 600", "setsid sleep 600", "setsid -f sleep 600"})
    void of_a_process_that_has_a_parent_nothing_is_read_and_a_named_guest_is_not_waited_for(String command) {
        try (Pod several = Pod.up("GUESTS=first second third")) {
            Process many = several.start("first", "sh", "-c", crowd(command));
            await(several);

            Strace trace = run(several, ":", "--container", "second");

            many.destroy();
            trace.result().assertExitCode(0);
            Map<String, Long> looks = looks(trace);
            assertTrue(looks.containsKey(several.pid("second")), looks.toString());
            assertTrue(looks.size() < FEW, looks.size() + " processes: " + looks);
            assertEquals(
                    List.of(),
                    trace.own().stream()
                            .filter(call -> call.is("nanosleep", "clock_nanosleep"))
                            .toList());
        }
    }

    /** As those are which some runtimes start for kubectl exec: the leader of their session is outside of the Pod. */
    @Test
    void nor_of_one_whose_session_is_not_the_pods() {
        try (Pod several = Pod.up("GUESTS=first second third")) {
            Process many = several.startAsRoot("exec nsenter -t " + several.pid("first") + " -m sh -c \""
                    + crowd("sleep 600").replace("$", "\\$") + "\"");
            await(several);

            Strace trace = run(several, ":", "--container", "second");

            many.destroy();
            trace.result().assertExitCode(0);
            Map<String, Long> looks = looks(trace);
            assertTrue(looks.size() < FEW, looks.size() + " processes: " + looks);
        }
    }

    @ParameterizedTest
    @CsvSource({"sleep 100 & sleep 100, --timeout=500ms, 124", "sleep 100 &, --end-background, 0", "sleep 3 &, '', 0"})
    void the_end_of_a_run_and_the_notice_of_what_is_left_look_at_its_own_processes(
            String script, String option, int exitCode) {
        try (Pod full = Pod.up("GUESTS=first second")) {
            Process many = full.start("first", "sh", "-c", crowd("setsid sleep 600"));
            await(full);
            List<String> options = new ArrayList<>(List.of("--grace=10s", "--pid", full.pid("second")));
            if (!option.isEmpty()) {
                options.add(option);
            }

            Strace trace = run(full, script, options.toArray(String[]::new));

            many.destroy();
            trace.result().assertExitCode(exitCode);
            assertTrue(
                    trace.result().errors().contains("in the background: ") == option.isEmpty(),
                    trace.result().toString());
            Map<String, Long> looks = looks(trace);
            assertTrue(looks.size() < FEW, looks.size() + " processes: " + looks);
            // of the guest's main process alone the environment is needed, which may be megabytes
            assertEquals(List.of(), environments(trace, full.pid("second")));
        }
    }

    private static List<String> environments(Strace trace, String but) {
        return trace.own().stream()
                .map(Call::text)
                .filter(text -> text.contains("/environ\"") && !text.contains("/" + but + "/"))
                .toList();
    }

    /** It looks twice, and the second time only at what is new. */
    @Test
    void what_a_killed_run_has_left_is_looked_for_by_one_file_of_each_process() {
        try (Pod pod = Pod.up("GUEST_IMAGE=debian")) {
            Process many = pod.start("guest", "sh", "-c", crowd("sleep 600"));
            await(pod);
            pod.exec(
                            "agent",
                            Pod.request("sh", "touch /go/ready; until [ -e /go/end ]; do :; done", Map.of())
                                    .getBytes(),
                            "bash",
                            "-c",
                            "cat >/tmp/request; export GO_K8S_CONTAINER_SHARED_ROOT=/go; "
                                    + "\"$0\" run </tmp/request >/dev/null & run=$!; "
                                    + "until [ -e /go/ready ]; do sleep 0.02; done; kill -KILL $run; touch /go/end; "
                                    + "while grep -qs '[f]d/9' /proc/[0-9]*/cmdline; do sleep 0.02; done; "
                                    + "rm /go/ready /go/end",
                            Pod.K8S_EXEC.toString())
                    .assertExitCode(0);

            Strace trace = run(pod, ":");

            many.destroy();
            assertTrue(
                    trace.result().assertExitCode(0).errors().contains("cleaned up after a run"),
                    trace.result().toString());
            Map<String, Long> looks = looks(trace);
            assertTrue(looks.size() > MANY, looks.toString());
            assertTrue(sum(looks.values()) < MANY + 5 * FEW, looks.toString());
            long namespaces = trace.own().stream()
                    .filter(call -> call.text().contains("/ns/"))
                    .count();
            assertTrue(namespaces < 2 * FEW, namespaces + " below ns/");
        }
    }

    private static long sum(Collection<Long> counts) {
        return counts.stream().mapToLong(Long::longValue).sum();
    }

    /** As builds have them. SIGTERM comes first, and the script's own trap is done before the grace period is over. */
    @ParameterizedTest
    @ValueSource(strings = {"guest", "script"})
    void large_environments_are_not_read_for_a_cancel(String whose) {
        String large = "ulimit -Ss unlimited; x=$(head -c 120000 /dev/zero | tr '\\0' x); "
                + "for i in $(seq 45); do export \"LARGE$i=$x\"; done; for i in $(seq 60); do sleep 600 & done; ";
        try (Pod pod = Pod.up("GUEST_IMAGE=debian")) {
            Process many = null;
            if (whose.equals("guest")) {
                many = pod.start("guest", "bash", "-c", large + "echo there >/go/crowd; wait");
                await(pod);
            }
            String script = (whose.equals("script") ? large : "") + "trap 'echo told; kill $(jobs -p); exit 3' TERM; "
                    + "touch /go/ready; while :; do sleep 0.1; done";

            Strace trace = Strace.of(pod, Pod.request("bash", script, Map.of()), "run", "--timeout=5s", "--grace=20s");

            if (many != null) {
                many.destroy();
            }
            pod.exec("agent", "rm", "/go/ready").assertExitCode(0);
            assertEquals("told\n", trace.result().assertExitCode(124).text());
            assertTrue(
                    !trace.result().errors().contains("SIGKILL"), trace.result().toString());
            long bytes = trace.own().stream()
                    .filter(call -> call.is("read", "pread64"))
                    .mapToLong(call -> Math.max(0, call.result()))
                    .sum();
            assertTrue(bytes < 2_000_000, bytes + " bytes");
        }
    }
}
