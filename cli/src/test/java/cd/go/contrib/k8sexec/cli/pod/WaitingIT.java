package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.cli.pod.Pod.Result;
import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What a run waits for is told while it waits, whatever that is. That a quick run says nothing the other tests see. */
@Needs({Need.POD, Need.PERL})
class WaitingIT {
    @RegisterExtension
    static final Pod pod = Pod.forClass("GUEST_IMAGE=debian");

    @AfterEach
    void nothing_is_left() {
        pod.awaitNoProcesses();
    }

    /** @param script of bash; $0 is k8s-exec, and /tmp/request the request of a script */
    private static Result agent(String request, String script) {
        return pod.exec("agent", request.getBytes(StandardCharsets.UTF_8), command("cat >/tmp/request\n" + script));
    }

    private static String[] command(String script) {
        return new String[] {"env", "GO_K8S_CONTAINER_SHARED_ROOT=/go", "bash", "-c", script, Pod.K8S_EXEC.toString()};
    }

    private static String script(String text) {
        return Pod.request("bash", text, Map.of());
    }

    @Tag("smoke")
    @Test
    void the_request() {
        Result result = agent(
                script("echo ran"),
                "rm -f /tmp/errors; { until grep -qs waiting /tmp/errors; do sleep 0.02; done; cat /tmp/request; } | "
                        + "$0 run 2>/tmp/errors; cat /tmp/errors");

        assertTrue(
                result.assertExitCode(0)
                        .text()
                        .matches("ran\nk8s-exec: waiting for the request at standard input [(]since \\d+ s[)]\n"),
                result.toString());
    }

    @Tag("smoke")
    @Test
    void processes_that_do_not_end() {
        Result result = agent(
                script("perl -e '$SIG{TERM} = \"IGNORE\"; open F, \">/go/ready\"; close F; sleep 1000' & wait"),
                "$0 run --grace 5s </tmp/request & run=$!\n"
                        + "until [ -e /go/ready ]; do sleep 0.02; done; rm /go/ready; kill -TERM $run; wait $run");

        String which = Pod.isRelayed() ? "its processes" : "perl [(]\\d+[)]";
        assertTrue(
                result.ownLines()
                        .lines()
                        .anyMatch(line ->
                                line.matches("k8s-exec: the script is being ended: waiting 5s at most for " + which)),
                result.toString());
        result.assertExitCode(143);
    }

    @Test
    void what_a_killed_run_has_left() {
        Pod.requireNot("relay", "what a killed k8s-exec has left the relay ends");
        Result result = agent(
                script("trap '' TERM; touch /go/ready; while :; do sleep 0.1; done >/dev/null 2>&1"),
                "$0 run </tmp/request & run=$!\n"
                        + "until [ -e /go/ready ]; do sleep 0.02; done; rm /go/ready; kill -KILL $run; wait $run\n"
                        + "$0 run --grace 5s <<<'{\"version\": 1, \"script\": \"echo next\"}'");

        assertEquals("next\n", result.assertExitCode(0).text());
        assertTrue(
                result.errors()
                        .contains("k8s-exec: waiting for the end of what a killed k8s-exec left running: bash ("),
                result.toString());
    }

    /** Whoever opens a file with such a lease waits until its holder gives it up (fcntl(2), "Leases"). */
    @Test
    void a_shell_that_does_not_start() {
        // nsenter starts in any case, and then the guest's sh
        Pod.requireDirect();
        Process holder = pod.start(
                "guest",
                "sh",
                "-c",
                "mkdir /go/lease; cp /bin/sh /go/lease/bash; exec perl -e 'use Fcntl; $SIG{IO} = \"IGNORE\"; "
                        + "open F, \"</go/lease/bash\"; fcntl(F, 1024, 1) or die; open H, \">/go/held\"; close H; "
                        + "sleep 1 until -e \"/go/told\"; fcntl(F, 1024, 2)'");
        try {
            Result result = agent(
                    Pod.request("bash", "echo ran", Map.of("PATH", "/go/lease:/usr/bin:/bin")),
                    "rm -f /tmp/errors; until [ -e /go/held ]; do sleep 0.02; done\n"
                            + "$0 run </tmp/request 2>/tmp/errors & run=$!\n"
                            + "until grep -qs waiting /tmp/errors; do sleep 0.02; done; touch /go/told; wait $run; "
                            + "cat /tmp/errors");

            assertTrue(
                    result.text()
                            .matches("ran\nk8s-exec: waiting for the script's shell to start [(]since \\d+ s[)]\n"),
                    result.toString());
        } finally {
            pod.exec("agent", "touch", "/go/told");
            pod.awaitNoProcesses();
            holder.destroy();
            pod.exec("agent", "rm", "-r", "/go/lease", "/go/held", "/go/told");
        }
    }

    @Needs(Need.RUNC)
    @Test
    void a_relay_that_does_not_answer() throws Exception {
        Pod.requireNative();
        try (Pod own = Pod.up("GUEST_IMAGE=debian", "GUEST_RELAY=" + Pod.RELAY)) {
            machine("kill -STOP " + own.machinePid("guest"));
            try {
                Result result = own.k8sExec(Relayed.RELAY, script("echo ran"), "run", "--wait", "5s");

                assertTrue(
                        result.assertExitCode(125)
                                .errors()
                                .startsWith("k8s-exec: waiting for the guest, 5s at most: the relay of the guest guest "
                                        + "(/relay/guest/guest.sock) does not answer\n"),
                        result.toString());
            } finally {
                machine("kill -CONT " + own.machinePid("guest"));
            }
        }
    }

    /** The main thread hangs in the kernel then, where no signal reaches it. */
    @Tag("smoke")
    @Needs(Need.LOOP)
    @Test
    void a_volume_that_hangs(@TempDir Path folder) throws Exception {
        Path image = Files.write(folder.resolve("image"), new byte[0]);
        machine("truncate -s 16M " + image + " && mkfs.ext4 -q " + image);
        String loop = machine("losetup -f --show " + image).strip();
        try (Pod own = Pod.up("GUEST_IMAGE=debian")) {
            for (String container : new String[] {"agent", "guest"}) {
                machine("device=$(lsblk -no MAJ:MIN " + loop + " | tr -d ' '); nsenter -t " + own.machinePid(container)
                        + " -m -- sh -c 'mknod /dev/shared b '${device%:*}' '${device#*:}'; mount /dev/shared /go; "
                        + "chmod 777 /go'");
            }
            String inAgent = "nsenter -t " + own.machinePid("agent") + " -m -- fsfreeze ";
            machine(inAgent + "-f /go");
            Process run = own.start("agent", command("""
                    $0 run 2>/tmp/errors <<'END'
                    {"version": 1, "script": "touch /tmp/runs; until [ -e /tmp/end ]; do sleep 0.02; done"}
                    END
                    echo $? >/tmp/code"""));
            try {
                await(own, "agent", "/tmp/errors", "k8s-exec: waiting for the shared volume /go (since ");
                machine(inAgent + "-u /go");
                await(own, "guest", "/tmp/runs", "");
                machine(inAgent + "-f /go");
                own.exec("guest", "touch", "/tmp/end");
                await(
                        own,
                        "agent",
                        "/tmp/errors",
                        "k8s-exec: waiting for the shared volume /go, to remove the run's folder (since ");
            } finally {
                machine(inAgent + "-u /go || true");
            }
            await(own, "agent", "/tmp/code", "0");
            assertEquals(
                    2, own.exec("agent", "cat", "/tmp/errors").text().lines().count());
            assertTrue(run.waitFor(60, TimeUnit.SECONDS));
        } finally {
            machine("losetup -d " + loop);
        }
    }

    private static void await(Pod pod, String container, String file, String text) {
        pod.exec(
                        container,
                        "sh",
                        "-c",
                        "i=0; until grep -qsF -- \"$1\" \"$0\" || [ -e \"$0\" -a -z \"$1\" ]; do "
                                + "[ $i -lt 1500 ] || { cat $0; exit 1; }; i=$((i+1)); sleep 0.02; done",
                        file,
                        text)
                .assertExitCode(0);
    }

    private static String machine(String script) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder("sh", "-c", script).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), script + ": " + output);
        return output;
    }
}
