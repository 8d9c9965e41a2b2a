package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.cli.pod.Pod.Result;
import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A script in the guest: its output, its files, its user and surroundings. */
@Needs(Need.POD)
class RunIT {
    @RegisterExtension
    static final Pod pod = Pod.forClass("GUEST_IMAGE=debian");

    @Test
    void the_script_runs_in_the_guest() {
        pod.exec("guest", "sh", "-c", "echo guest >/tmp/where").assertExitCode(0);

        assertEquals("guest\n", pod.run("bash", "cat /tmp/where").text());
    }

    @Test
    void the_limit_of_open_files_is_the_one_that_k8s_exec_was_given() {
        Result result = pod.shell(
                Pod.request("bash", "ulimit -Sn; ulimit -Hn", Map.of()),
                "ulimit -Sn 300; ulimit -Hn 2000; exec $0 run");

        String guests =
                pod.exec("guest", "bash", "-c", "ulimit -Sn; ulimit -Hn").text();
        // by relay nothing comes from the agent
        assertEquals(
                Pod.isRelayed() ? guests : "300\n2000\n",
                result.assertExitCode(0).text(),
                result.toString());
    }

    /** A page is read of it at first, then more. */
    @ParameterizedTest
    @ValueSource(ints = {4095, 4096, 4097, 8192, 4096 + 65_535, 4096 + 65_536, 4096 + 65_537})
    void a_request_of_any_length_is_read_whole(int length) {
        String script = "printf %s \"$LONG\" | wc -c";
        int rest = Pod.request("sh", script, Map.of("LONG", "")).length();
        String request = Pod.request("sh", script, Map.of("LONG", "v".repeat(length - rest)));

        assertEquals(length, request.length());
        assertEquals(
                length - rest + "\n",
                pod.k8sExec(Map.of(), request, "run").assertExitCode(0).text());
    }

    @Test
    void standard_input_is_empty() {
        assertEquals("0\n", pod.run("sh", "cat | wc -c").assertExitCode(0).text());
    }

    @Tag("smoke")
    @Test
    void the_script_gets_no_file_but_its_own() {
        List<String> files = pod.run("bash", "ls -l /proc/$$/fd")
                .text()
                .lines()
                .filter(line -> line.contains("->"))
                .map(line -> line.replaceAll(".* (\\d+) -> (pipe|/[a-z]*).*", "$1 $2"))
                .sorted()
                .toList();

        // 255 is bash's own for the script
        assertEquals(
                Pod.isRelayed()
                        // a file with a name, which the shell has opened itself
                        ? List.of("0 /dev", "1 pipe", "2 pipe", "255 /tmp")
                        : Pod.isNative()
                                ? List.of("0 /dev", "1 pipe", "2 pipe", "255 /memfd", "9 /memfd")
                                : List.of("0 /dev", "1 pipe", "2 pipe", "255 /go", "9 /go"),
                files);
    }

    @Test
    void the_working_directory_is_the_jobs() {
        pod.exec("agent", "mkdir", "-p", "/go/pipelines/we b/é'$x").assertExitCode(0);
        try {
            Result result = pod.k8sExec(
                    Map.of("LANG", "C"),
                    "{\"version\":1,\"script\":\"pwd; echo $PWD\",\"workingDirectory\":\"pipelines/./x/../we "
                            + "b/é'$x/\"}",
                    "run");
            assertEquals(
                    "/go/pipelines/we b/é'$x\n/go/pipelines/we b/é'$x\n",
                    result.assertExitCode(0).text(),
                    result.toString());
        } finally {
            pod.exec("agent", "rm", "-r", "/go/pipelines");
        }
    }

    @Test
    void two_hundred_megabytes_arrive_line_by_line() {
        String script = "seq 1 24000000";
        Result plain = pod.exec("guest", "sh", "-c", script + " | sha256sum");
        Result run = pod.shell(
                Pod.request("sh", script, Map.of()),
                "$0 run | tee /dev/stderr 2>/tmp/out | sha256sum; stat -c %s /tmp/out");

        assertEquals(plain.text(), run.text().lines().findFirst().orElse("") + "\n");
        assertTrue(Long.parseLong(run.text().lines().skip(1).findFirst().orElse("0")) > 200_000_000, run.toString());
    }

    @Test
    void twenty_runs_at_once_do_not_mix() {
        List<CompletableFuture<Result>> runs = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            String script = "for n in 1 2 3 4 5; do echo " + i + " $MARK; sleep 0.1; done; exit " + i;
            String request = Pod.request("bash", script, Map.of("MARK", "mark-" + i));
            runs.add(CompletableFuture.supplyAsync(
                    () -> pod.k8sExec(request, "run"), command -> new Thread(command).start()));
        }
        for (int i = 0; i < 20; i++) {
            assertEquals(
                    (i + " mark-" + i + "\n").repeat(5),
                    runs.get(i).join().assertExitCode(i).text());
        }
    }

    @Test
    void no_value_stands_in_an_argument_list_or_in_a_file() {
        String script = "echo $SECRET_B >/dev/null; for p in /proc/[0-9]*; do tr '\\0' ' ' <$p/cmdline; done; "
                + "grep -rl hidden[-] /go /tmp /dev/shm 2>/dev/null; " + Sampler.AWAIT_LOOK;
        Result result;
        String samples;
        try (Sampler sampler = new Sampler(pod)) {
            result = pod.k8sExec(
                    Pod.request(
                            "bash",
                            script,
                            Map.of(
                                    "SECRET_A",
                                    "hidden-one",
                                    "SECRET_B",
                                    "hidden-two",
                                    "LANG",
                                    "hidden-three",
                                    "se.cret",
                                    "hidden-four",
                                    "UID",
                                    "hidden-five")),
                    "run");
            samples = sampler.text();
        }

        result.assertExitCode(0);
        assertTrue(
                samples.contains(Pod.isRelayed() ? "/script" : "/proc/self/fd/9"),
                "the sampler saw nothing of the run");
        assertFalse(samples.contains("hidden-"), "in an argument list");
        assertFalse(result.text().contains("hidden-"), result.toString());
        assertFalse(result.text().lines().anyMatch(line -> line.matches("/(go|tmp|dev).*")), result.toString());
    }

    @Tag("smoke")
    @Test
    void a_dry_run_tells_names_and_does_nothing() {
        Pod.requireNot("relay", "RelayedIT.the_way_is_told_by_result_and_dry_run has its text");
        String text = pod.k8sExec(
                        Pod.request("bash", "touch /go/ran", Map.of("TOKEN", "hidden-value", "é", "x")),
                        "run",
                        "--dry-run")
                .assertExitCode(0)
                .text();

        assertTrue(text.contains("process " + pod.pid("guest") + " (sleep): the only other container"), text);
        assertTrue(text.matches("(?s).*namespaces: +mnt\n.*"), text);
        String nsenter = "nsenter: \\S*nsenter -t " + pod.pid("guest") + " -m -- sh -c .*\n";
        String other = "\nor, if refused: +";
        String ways = Pod.isChosen()
                ? (Pod.isDirect() ? Pod.way() + "\n" : nsenter)
                : Pod.isNative() ? "setns" + other + "chroot" + other + nsenter : nsenter;
        assertTrue(text.matches("(?s).*\nenter: +" + ways + ".*"), text);
        assertTrue(text.contains(" TOKEN") && text.contains(" é") && !text.contains("hidden-value"), text);
    }

    @Tag("smoke")
    @Test
    void the_script_runs_as_the_agents_user_unless_told_otherwise() {
        Pod.requireNot("relay", "RelayGuestIT.the_user_is_the_guests");
        assertEquals("0:0\n", pod.run("sh", "echo $(id -u):$(id -g)").text());
        assertEquals(
                "1000:1001\n",
                pod.k8sExec(
                                Pod.request("sh", "echo $(id -u):$(id -g)", Map.of("X", "y".repeat(100_000))),
                                "run",
                                "--user",
                                "1000:1001")
                        .assertExitCode(0)
                        .text());
        assertEquals(
                "0:0\n",
                pod.k8sExec(
                                Map.of("GO_K8S_USER", "target"),
                                Pod.request("sh", "echo $(id -u):$(id -g)", Map.of()),
                                "run")
                        .text());
    }

    @Test
    void every_namespace_in_which_the_guest_differs_is_entered() {
        Pod.requireNot("chroot", "it enters none");
        Pod.requireNot("relay", "it enters none: the script is the child of a process in the guest");
        String pid = pod.exec(
                        "agent",
                        "sh",
                        "-c",
                        "nsenter -t " + pod.pid("guest")
                                + " -m unshare -u -i -n -C sleep 1000 >/dev/null 2>&1 & echo $!")
                .text()
                .strip();
        String links = "for n in cgroup ipc mnt net pid time user uts; do readlink /proc/%s/ns/$n; done";
        try {
            pod.exec("agent", "sh", "-c", "until grep -q sleep /proc/" + pid + "/comm; do sleep 0.05; done")
                    .assertExitCode(0);
            Set<String> own = Set.copyOf(pod.exec("agent", "sh", "-c", links.formatted("self"))
                    .text()
                    .lines()
                    .toList());
            List<String> guest = pod.exec("agent", "sh", "-c", links.formatted(pid))
                    .text()
                    .lines()
                    .toList();

            assertEquals(
                    guest,
                    pod.k8sExec(Pod.request("sh", links.formatted("self"), Map.of()), "run", "--pid", pid)
                            .assertExitCode(0)
                            .text()
                            .lines()
                            .toList());
            assertEquals(
                    5,
                    guest.stream().filter(namespace -> !own.contains(namespace)).count(),
                    guest.toString());
        } finally {
            pod.exec("agent", "kill", pid);
        }
    }

    @Test
    void busyboxs_nsenter_does_too() {
        Pod.requireNot("chroot", "this is about nsenter");
        Pod.requireNot("relay", "this is about nsenter");
        pod.exec("agent", "sh", "-c", "mkdir -p /tmp/bb && ln -sf \"$(command -v busybox)\" /tmp/bb/nsenter")
                .assertExitCode(0);
        Result result = pod.k8sExec(
                Map.of("PATH", "/tmp/bb:" + System.getenv("PATH")),
                Pod.request("sh", "exit 7", Map.of()),
                "run",
                "--enter=nsenter",
                "--dry-run");
        assertTrue(result.text().contains("/tmp/bb/nsenter"), result.toString());

        pod.k8sExec(
                        Map.of("PATH", "/tmp/bb:" + System.getenv("PATH")),
                        Pod.request("shebang", "#!/usr/bin/env sh\nexit 7", Map.of()),
                        "run",
                        "--enter=nsenter")
                .assertExitCode(7);
    }

    @Tag("smoke")
    @Test
    void a_build_that_cannot_hold_says_so_and_fails_as_the_script() {
        String lines = pod.k8sExec(Pod.request("sh", "exit 3", Map.of()), "run", "--hold-on-failure", "1ms")
                .assertExitCode(3)
                .ownLines();

        assertEquals(!Pod.isNative(), lines.contains("is not held in spite of --hold-on-failure: this is the JVM"));
    }

    @Test
    void a_run_keeps_no_process_between_k8s_exec_and_the_scripts_shell() {
        String parent = pod.run("bash", "tr '\\0' ' ' </proc/$PPID/cmdline").text();

        assertTrue(
                Pod.isRelayed()
                        ? parent.startsWith("/k8s-exec/relay ")
                        : parent.contains("k8s-exec run") || parent.contains("quarkus-run.jar run"),
                parent);
    }
}
