package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.cli.pod.Pod.Result;
import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The guest can do what it likes with the shared volume at any moment; k8s-exec neither hangs nor touches anything
 * outside of it.
 */
@Needs(Need.POD)
class HostileGuestIT {
    private static final String OUTSIDE =
            "mkdir -p /tmp/outside/sub && echo precious >/tmp/outside/script && echo precious >/tmp/outside/sub/state";

    private Pod pod;

    @BeforeEach
    void up() {
        pod = Pod.up("GUEST_IMAGE=debian");
        pod.exec("agent", "sh", "-c", OUTSIDE).assertExitCode(0);
        pod.exec(
                        "guest",
                        "sh",
                        "-c",
                        OUTSIDE
                                + "; mkdir /tmp/evil; echo 'echo EVIL; touch /go/evil' >/tmp/evil/script; chmod -R 755 "
                                + "/tmp/evil")
                .assertExitCode(0);
    }

    @AfterEach
    void down() {
        pod.close();
    }

    @Tag("smoke")
    @ParameterizedTest
    @ValueSource(
            strings = {
                // the folder of all runs becomes a link that leads out of the volume, and comes back
                "mv .k8s-exec a; ln -s /tmp/outside .k8s-exec; rm .k8s-exec; mv a .k8s-exec; rm -rf a",
                // or a folder that is somebody else's
                "mv .k8s-exec b; mkdir .k8s-exec; chmod 777 .k8s-exec; rm -rf .k8s-exec; mv b .k8s-exec; rm -rf b",
                // the folder of a run becomes a link, or a copy with another script
                "for d in .k8s-exec/*; do mv $d c; ln -s /tmp/outside $d; done; rm -rf c",
                "for d in .k8s-exec/*; do mv $d d; cp -r /tmp/evil $d; done; rm -rf d",
                // what lies in it becomes something else
                "for d in .k8s-exec/*; do rm -f $d/script $d/state; ln -s /tmp/outside/script $d/script; mkfifo "
                        + "$d/state; done",
                "for d in .k8s-exec/*; do cp /tmp/evil/script $d/script; done",
                "mkfifo .k8s-exec; rm -f .k8s-exec; ln -s /tmp/outside .k8s-exec; rm .k8s-exec; rm -rf .k8s-exec",
            })
    void a_guest_that_swaps_files_and_folders_only_hurts_its_own_run(String attack) {
        int runs = Pod.isNative() ? 150 : 5;
        Process attacker = pod.start("guest", "sh", "-c", "cd /go; while :; do " + attack + "; done 2>/dev/null");
        Result result;
        try {
            result = pod.exec(
                            "agent",
                            Pod.request("sh", "echo ran", Map.of()).getBytes(),
                            "bash",
                            "-c",
                            """
                cat >/tmp/request; export GO_K8S_CONTAINER_SHARED_ROOT=/go
                # by nsenter and a launching shell, which takes files in the volume
                for i in $(seq %d); do
                    set -- --enter nsenter; [ $((i %% 2)) = 1 ] || shift 2
                    out=$(timeout 20 "$0" run "$@" </tmp/request 2>/tmp/errors)
                    echo "$? $out $(grep -o 'error .[A-Z_]*' /tmp/errors)"
                done
                """.formatted(runs),
                            Pod.K8S_EXEC.toString())
                    .assertExitCode(0);
        } finally {
            attacker.destroy();
            pod.exec(
                    "guest",
                    "sh",
                    "-c",
                    "for p in /proc/[0-9]*; do case $(tr '\\0' ' ' <$p/cmdline) in 'sh -c cd /go;'*) kill -9 "
                            + "${p#/proc/};; esac; done 2>/dev/null");
        }
        List<String> lines = result.text().lines().toList();

        assertEquals(runs, lines.size());
        for (String line : lines) {
            // the JVM build opens the script in the volume, where the guest's root user may write what it likes
            boolean wrongScript = !Pod.isNative() && line.startsWith("0 ");
            assertTrue(line.equals("0 ran ") || line.matches("12[567] (ran)? ?error .[A-Z_]+") || wrongScript, line);
        }
        // the attack comes between, but not always
        assertTrue(!Pod.isNative() || lines.contains("0 ran "), lines.toString());
        assertTrue(!Pod.isNative() || !pod.sharedFiles().contains("evil"), "a wrong script was run");
        String outside = pod.exec("agent", "sh", "-c", "cd /tmp/outside; find . | sort; cat script sub/state")
                .text();
        assertEquals(".\n./script\n./sub\n./sub/state\nprecious\nprecious\n", outside);
        pod.exec("guest", "sh", "-c", "rm -rf /go/* /go/.k8s-exec").assertExitCode(0);
        assertEquals("ran\n", pod.run("sh", "echo ran").assertExitCode(0).text());
    }

    @Test
    void a_script_may_remove_all_of_the_volume() {
        pod.run("bash", "rm -rf /go/.k8s-exec; exit 6").assertExitCode(6);
        assertEquals(List.of(), pod.sharedFiles());
    }

    @Test
    void ten_thousand_files_of_a_broken_job_are_in_nobodys_way() {
        pod.exec(
                        "guest",
                        "sh",
                        "-c",
                        "mkdir -p /go/.k8s-exec/junk; cd /go/.k8s-exec/junk; seq 10000 | xargs touch; cd /go; seq "
                                + "10000 | xargs touch")
                .assertExitCode(0);

        assertEquals("ran\n", pod.run("sh", "echo ran").assertExitCode(0).text());
    }

    @Test
    void what_a_script_puts_into_its_runs_folder_is_removed_too() {
        pod.run(
                        "bash",
                        "cd /go/.k8s-exec/*/ && mkdir -p a/b && touch a/b/c && ln -s /tmp/outside a/link && "
                                + "mkfifo a/fifo")
                .assertExitCode(0);

        assertEquals(List.of(), pod.sharedFiles());
        assertEquals(
                "precious\n", pod.exec("agent", "cat", "/tmp/outside/script").text());
    }

    @Test
    void a_deep_folder_does_not_break_the_runs_after_it() {
        pod.run("bash", "cd /go/.k8s-exec/*/ && mkdir -p $(printf 'd/%.0s' {1..1500}); exit 3")
                .assertExitCode(3);

        assertEquals(List.of(), pod.sharedFiles());
    }

    @Test
    void a_guest_that_ends_in_the_middle_does_not_end_the_script() {
        String guest = pod.pid("guest");
        Process run = pod.start(
                "agent",
                "sh",
                "-c",
                "echo '{\"version\":1,\"script\":\"touch /go/ready; while kill -0 " + guest
                        + "; do sleep 0.05; done 2>/dev/null; touch /go/done; exit 3\"}' | "
                        + "GO_K8S_CONTAINER_SHARED_ROOT=/go " + Pod.K8S_EXEC + " run; echo $? >/go/code");
        pod.exec("agent", "sh", "-c", "until [ -e /go/ready ]; do sleep 0.05; done; kill -9 " + guest)
                .assertExitCode(0);
        pod.exec("agent", "sh", "-c", "until [ -e /go/code ]; do sleep 0.05; done");
        run.destroy();

        assertEquals("3\n", pod.exec("agent", "cat", "/go/code").text());
        assertEquals(List.of("code", "done", "ready"), pod.sharedFiles());
        pod.k8sExec(Pod.request("sh", "echo ran", Map.of()), "run", "--wait", "0s")
                .assertExitCode(125)
                .assertError("TARGET_NONE");
    }

    @Test
    void process_names_are_not_trusted() {
        // the program's name is what /proc/PID/stat shows in parentheses
        pod.exec(
                        "guest",
                        "sh",
                        "-c",
                        "cp /bin/sleep \"/tmp/a) S 0 (\n1\"; '/tmp/a) S 0 (\n1' 1000 >/dev/null 2>&1 & '/tmp/a) S "
                                + "0 (\n1' 1000 >/dev/null 2>&1 &")
                .assertExitCode(0);

        assertEquals("ran\n", pod.run("sh", "echo ran").assertExitCode(0).text());
    }

    /** To read 64 GiB of it takes all memory that there is. */
    @Needs({Need.POD, Need.GCC})
    @Test
    void an_endless_environment_is_not_read_to_its_end(@TempDir Path folder) throws Exception {
        Path program = folder.resolve("endless");
        List<String> compiler = List.of("gcc", "-static", "-o", program.toString(), "src/test/c/endless.c");
        assertEquals(0, new ProcessBuilder(compiler).inheritIO().start().waitFor());
        pod.exec("guest", Files.readAllBytes(program), "sh", "-c", "cat >/tmp/endless; chmod 755 /tmp/endless")
                .assertExitCode(0);
        Process endless = pod.start("guest", "sh", "-c", "exec /tmp/endless >/tmp/pid");
        String pid = pod.exec("guest", "sh", "-c", "until [ -s /tmp/pid ]; do sleep 0.1; done; cat /tmp/pid")
                .text()
                .strip();
        try {
            pod.k8sExec(Map.of("GO_K8S_CONTAINER_PID", pid), "", "env").assertExitCode(0);
        } finally {
            pod.exec("guest", "kill", pid).assertExitCode(0);
            endless.waitFor();
        }
    }
}
