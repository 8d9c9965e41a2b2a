package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.cli.pod.Pod.Result;
import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The folders of runs whose k8s-exec was killed, of this Pod and of others that had the volume before, or have it. */
@Needs({Need.POD, Need.STRACE, Need.PROCPS})
class LeftoversIT {
    /** Parts of a folder's name: of here, and of elsewhere. */
    private static final String NAMES = """
        boot=$(tr -d - </proc/sys/kernel/random/boot_id)
        pod=$(sed -n 's#.*/pods/\\([0-9a-f-]*\\)/containers/.* /dev/termination-log .*#\\1#p' /proc/self/mountinfo)
        pod=$(echo $pod | tr -d -)
        ns=$(readlink /proc/self/ns/pid | tr -dc 0-9)
        elsewhere=00112233445566778899aabbccddeeff
        # no process has it: the numbers end before that
        dead=4194305_17
        live=1_$(sed 's/.*) //' /proc/1/stat | cut -d ' ' -f 20)
        random() { tr -d - </proc/sys/kernel/random/uuid; }
        export GO_K8S_CONTAINER_SHARED_ROOT=/go
        mkdir -p -m 711 /go/.k8s-exec
        """;

    private static final String NEXT = "'{\"version\": 1, \"script\": \"echo next\"}'";

    @RegisterExtension
    static final Pod pod = Pod.forClass("GUEST_IMAGE=debian");

    @AfterEach
    void removeAll() {
        pod.asRoot("[ \"$(stat -f -c %T /go)\" != ramfs ] || umount /go; rm -rf /go/.k8s-exec*");
        pod.awaitNoProcesses();
    }

    private static Result agent(String script) {
        return pod.exec("agent", "bash", "-c", NAMES + script, Pod.K8S_EXEC.toString());
    }

    private static void make(String name) {
        agent("mkdir -m 700 /go/.k8s-exec/" + name).assertExitCode(0);
    }

    private static Result run() {
        return agent("\"$0\" run <<<" + NEXT).assertExitCode(0);
    }

    private static Result gc(String... options) {
        return agent("\"$0\" gc " + String.join(" ", options)).assertExitCode(0);
    }

    private static long folders() {
        return count("ls -A /go/.k8s-exec 2>/dev/null | wc -l");
    }

    private static long count(String command) {
        return Long.parseLong(pod.exec("agent", "sh", "-c", command).text().strip());
    }

    @Tag("smoke")
    @ParameterizedTest
    @ValueSource(
            strings = {
                // this Pod's
                "${boot}_${pod}_${ns}_${dead}_$(random)",
                // from before the machine was started again
                "${elsewhere}_${pod}_${ns}_${live}_$(random)",
                "${elsewhere}_${pod}_17_${live}_$(random)",
                // on the machine that had the volume before, for a file system such as this has only one
                "${elsewhere}_${elsewhere}_${ns}_${live}_$(random)",
                // of version 2.0.0
                "${ns}_${dead}_$(random)"
            })
    void what_has_certainly_ended_is_removed_by_the_next_run(String name) {
        make(name);

        Result next = run();

        assertEquals("next\n", next.text());
        assertTrue(next.errors().matches("k8s-exec: cleaned up after a run whose .* was killed\n"), next.toString());
        assertEquals(List.of(), pod.sharedFiles());
    }

    /** The Pod that had the claim before, on the same node. */
    @Test
    void on_the_same_machine_nobody_has_the_folder_locked_any_more() {
        Pod.requireNative();
        make("${boot}_${elsewhere}_17_${live}_$(random)");
        make("${boot}_${pod}_17_${live}_$(random)");

        assertTrue(run().errors().matches("k8s-exec: cleaned up after 2 runs whose .* was killed\n"));
        assertEquals(List.of(), pod.sharedFiles());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "${boot}_${elsewhere}_17_${dead}_$(random)",
                "${elsewhere}_${elsewhere}_17_${dead}_$(random)",
            })
    void a_run_that_has_its_folder_locked_goes_on(String name) {
        Pod.requireNative();
        if (name.startsWith("${elsewhere}")) {
            onOtherFileSystem();
        }
        make(name);
        Result result = agent("""
            flock -x /go/.k8s-exec/* -c 'touch /go/ready; exec sleep 1000' >/dev/null 2>&1 &
            until [ -e /go/ready ]; do sleep 0.02; done
            "$0" gc 2>&1; "$0" gc --all 2>&1
            ls /go/.k8s-exec | wc -l
            kill $! $(cat /proc/$!/task/*/children); rm /go/ready
            """);

        assertEquals("1\n", result.text(), result.toString());
    }

    @Test
    void a_real_run_has_its_folder_locked() {
        Pod.requireNative();
        String script = "until [ -e /go/done ]; do sleep 0.02; done";
        Result result = pod.exec(
                "agent",
                Pod.request("sh", script, Map.of()).getBytes(),
                "bash",
                "-c",
                NAMES + """
                rmdir /go/.k8s-exec
                cat >/tmp/request
                "$0" run </tmp/request &
                until ls /go/.k8s-exec/${boot}_${pod}_${ns}_*[0-9a-f] >/dev/null 2>&1; do sleep 0.02; done
                flock -n /go/.k8s-exec/* true; echo $?
                touch /go/done; wait $!; echo $?; rm /go/done
                """,
                Pod.K8S_EXEC.toString());

        assertEquals("1\n0\n", result.text(), result.toString());
    }

    @ParameterizedTest
    @CsvSource({
        // its k8s-exec could not lock it, or was killed before
        "${boot}_${elsewhere}_17_${dead}_$(random)_unlocked, false",
        // a Pod of another node, in a file system of the network
        "${elsewhere}_${elsewhere}_17_${dead}_$(random), true",
        "${elsewhere}_${elsewhere}_${ns}_${dead}_$(random), true",
        // on the same node, with a mount of its own
        "${boot}_${elsewhere}_17_${dead}_$(random), true",
        // of version 2.0.0, which tells no more than a number
        "17_${dead}_$(random), false",
        "${ns}_${dead}_$(random), true"
    })
    void what_may_go_on_is_left_and_counted(String name, boolean onNetwork) {
        if (onNetwork) {
            onOtherFileSystem();
        }
        make(name);
        make(name);

        Result gc = gc();
        assertTrue(gc.text().matches("the folders of 2 runs were left, because .*: k8s-exec gc --all\n"), gc.text());
        assertEquals(2, folders());
        assertEquals(
                "cleaned up after 2 runs whose k8s-exec was killed\n",
                gc("--all").text());
        assertEquals(0, folders());
    }

    /** They end while others look. */
    @Test
    void runs_at_once_do_not_take_each_other_for_killed_ones() {
        Pod.requireNative();
        Result result = agent("for round in $(seq 15); do for i in $(seq 20); do \"$0\" run <<<" + NEXT
                + " & done; wait; done >/dev/null");

        assertEquals("", result.assertExitCode(0).errors());
    }

    @Test
    void what_goes_on_in_this_pod_is_not_touched() {
        make("${boot}_${pod}_${ns}_${live}_$(random)");
        make("${ns}_${live}_$(random)");

        assertEquals("", gc("--all").text());
        assertEquals("", run().errors());
        assertEquals(2, folders());
    }

    /** One that several machines may have mounted, as far as k8s-exec knows. */
    private static void onOtherFileSystem() {
        pod.asRoot("mount -t ramfs ramfs /go").assertExitCode(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"${boot}_${pod}_${ns}_${dead}_", "${boot}_${elsewhere}_17_${dead}_", "17_${dead}_"})
    void ten_thousand_of_them_cost_a_run_no_more_than_a_hundred(String name) {
        Pod.requireNative();
        agent("cd /go/.k8s-exec; for i in $(seq 10000); do printf " + name
                        + "%032x\\\\0 $i; done | xargs -0 mkdir -m 700")
                .assertExitCode(0);

        Result next = agent("strace -f -qq -o /tmp/trace \"$0\" run <<<" + NEXT).assertExitCode(0);

        assertEquals(1, next.errors().lines().count(), next.errors());
        assertTrue(next.errors().contains(" 100 "), next.errors());
        long folders = count("grep -o '_17_[0-9a-f]\\{32\\}' /tmp/trace | sort -u | wc -l");
        assertTrue(folders <= 100, folders + " folders were looked at");
        // of 2 kB each, in which there are fourteen names or more
        long readings = count("grep -c getdents /tmp/trace");
        assertTrue(readings <= 1000 / 14 + 50, readings + " readings of folders");
        assertEquals(1, gc("--all").text().lines().count());
        assertEquals(0, folders());
    }
}
