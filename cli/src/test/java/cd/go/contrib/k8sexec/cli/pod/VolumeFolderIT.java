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
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A {@code .k8s-exec} that is there already and is not this user's alone: it is not used again, but only cleaned up,
 * and runs go on.
 */
@Needs(Need.POD)
class VolumeFolderIT {
    /** As a k8s-exec that was killed leaves it, and then kubelet at the next mount of a claim with an fsGroup. */
    private static final String GIVEN_TO_GROUP = """
        boot=$(tr -d - </proc/sys/kernel/random/boot_id)
        ns=$(readlink /proc/self/ns/pid | tr -dc 0-9)
        mkdir -p -m 711 /go/.k8s-exec
        for i in 1 2; do
            mkdir -m 700 /go/.k8s-exec/${boot}_0_${ns}_4194305_17_$(tr -d - </proc/sys/kernel/random/uuid)
        done
        touch $(ls -d /go/.k8s-exec/* | head -n 1)/state
        chgrp -R 2000 /go/.k8s-exec; chmod -R g+rws /go/.k8s-exec
        """;

    private static final String SHOW = "stat -c %a,%u /go/.k8s-exec-*";

    @RegisterExtension
    static final Pod pod = Pod.forClass("GUEST_IMAGE=debian");

    @AfterEach
    void removeAll() {
        pod.asRoot("rm -rf /go/.k8s-exec* /go/junk; rm -rf /tmp/outside");
    }

    private static void make(String script) {
        pod.asRoot(script).assertExitCode(0);
    }

    @Tag("smoke")
    @Test
    void one_that_kubelet_has_given_to_a_group_is_cleaned_up_by_the_next_run() {
        make(GIVEN_TO_GROUP);

        Result next = pod.run("sh", SHOW).assertExitCode(0);

        assertEquals("700,0\n", next.text());
        assertTrue(next.errors().matches("k8s-exec: cleaned up after 2 runs whose .*\n"), next.errors());
        assertEquals(List.of(), pod.sharedFiles());
    }

    @Test
    void and_by_gc() {
        make(GIVEN_TO_GROUP);

        Result gc = pod.k8sExec("", "gc").assertExitCode(0);

        assertTrue(gc.text().matches("cleaned up after 2 runs whose .*\n"), gc.toString());
        assertEquals(List.of(), pod.sharedFiles());
    }

    @Test
    void what_a_run_left_in_one_of_a_random_name_is_cleaned_up_too() {
        make(GIVEN_TO_GROUP + "mv /go/.k8s-exec /go/.k8s-exec-00112233445566778899aabbccddeeff");

        Result next = pod.run("sh", "ls -d /go/.k8s-exec").assertExitCode(0);

        assertEquals("/go/.k8s-exec\n", next.text());
        assertEquals(List.of(), pod.sharedFiles());
    }

    @Test
    void another_user_finds_its_run_there() {
        for (String way : Pod.isDirect() ? List.of("setns", "nsenter") : List.of("nsenter")) {
            make(GIVEN_TO_GROUP);
            String[] words = {"run", "--user", "1234:1234", "--enter", way};
            Result next = pod.k8sExec(Pod.request("sh", SHOW + "; id -u", Map.of()), words);

            assertEquals("711,0\n1234\n", next.assertExitCode(0).text());
        }
    }

    @Test
    void runs_share_the_one_of_a_random_name_while_the_other_one_stays() {
        make("mkdir -m 2771 /go/.k8s-exec; chmod g+w /go/.k8s-exec; touch /go/.k8s-exec/mine");
        Result result = pod.exec("agent", new byte[0], "bash", "-c", """
            export GO_K8S_CONTAINER_SHARED_ROOT=/go
            "$0" run <<<'{"version": 1, "script": "until [ -e /go/junk ]; do sleep 0.02; done"}' 2>/dev/null &
            until ls /go/.k8s-exec-*/* >/dev/null 2>&1; do sleep 0.02; done
            "$0" run <<<'{"version": 1, "script": "ls -d /go/.k8s-exec-* | wc -l"}'
            touch /go/junk; wait $!; echo $?; rm /go/junk
            """, Pod.K8S_EXEC.toString());

        assertEquals("1\n0\n", result.text(), result.toString());
        assertEquals(List.of(".k8s-exec", ".k8s-exec/mine"), pod.sharedFiles());
        assertAdviceHelps(result);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mkdir -p /go/.k8s-exec/a; chown 1000:1000 /go/.k8s-exec",
                "mkdir -p /go/.k8s-exec/a; chmod 777 /go/.k8s-exec",
                "mkdir -p /tmp/outside/a; chmod 777 /tmp/outside; ln -s /tmp/outside /go/.k8s-exec",
                "mkfifo /go/.k8s-exec",
                "echo x >/go/.k8s-exec"
            })
    void what_is_planted_in_its_place_is_not_used_and_can_be_removed(String plant) {
        pod.exec("guest", "sh", "-c", plant).assertExitCode(0);

        Result next = pod.run("sh", "echo ran").assertExitCode(0);

        assertEquals("ran\n", next.text());
        assertAdviceHelps(next);
    }

    @Test
    void doctor_says_what_removes_it() {
        make("mkdir -m 2771 /go/.k8s-exec; chmod g+w /go/.k8s-exec; touch /go/.k8s-exec/mine");

        Result doctor = pod.k8sExec("", "doctor");

        assertTrue(
                doctor.text()
                        .contains(
                                "warning writable: /go/.k8s-exec belongs to root with mode rwxrwx--x, not to this user "
                                        + "alone: runs use another folder\n"),
                doctor.toString());
        pod.exec("agent", "sh", "-c", "rm -rf /go/.k8s-exec").assertExitCode(0);
        assertTrue(pod.k8sExec("", "doctor").text().contains("ok      writable: "));
    }

    /** The one line says why the folder stays, and its command removes it. */
    private static void assertAdviceHelps(Result result) {
        String line = result.ownLines();
        assertTrue(
                line.matches("k8s-exec: /go/.k8s-exec .*: it is not used.*, rm -rf /go/.k8s-exec"), result.toString());
        pod.exec("agent", "sh", "-c", line.replaceAll(".*, (rm -rf .*)", "$1")).assertExitCode(0);
        assertEquals("", pod.run("sh", "exit 0").assertExitCode(0).errors());
    }

    /** Names of runs lead elsewhere, and swap with real ones, while they are swept. */
    @Test
    void a_guest_that_swaps_what_is_swept_leads_nowhere() {
        make("mkdir -p /tmp/outside/sub; echo precious >/tmp/outside/sub/state");
        pod.exec("guest", "sh", "-c", "mkdir -p /tmp/outside/sub; echo precious >/tmp/outside/sub/state");
        String attack = """
            cd /go; while :; do
                mkdir -p .k8s-exec; chmod 777 .k8s-exec; cd .k8s-exec
                for name in 17_4194305_17_00112233445566778899aabbccddeeff \
                    0_0_17_4194305_17_00112233445566778899aabbccddeeff ab_cd_1_1_1_00112233445566778899aabbccddeeff
                do
                    mkdir -p $name/a/b; mv $name/a x; ln -s /tmp/outside/sub $name/a; rm -rf $name; mv x $name
                    rm -rf $name x; ln -s /tmp/outside $name; rm -f $name; mkfifo $name; rm -f $name
                done
                cd ..; mv .k8s-exec y; ln -s /tmp/outside .k8s-exec; rm .k8s-exec; mkfifo .k8s-exec; rm .k8s-exec
                mv y .k8s-exec
            done 2>/dev/null
            """;
        Process attacker = pod.start("guest", "sh", "-c", attack);
        int rounds = Pod.isNative() ? 100 : 5;
        Result result;
        try {
            result = pod.exec("agent", new byte[0], "bash", "-c", """
                export GO_K8S_CONTAINER_SHARED_ROOT=/go
                for i in $(seq %d); do
                    timeout 20 "$0" gc --all >/dev/null 2>&1; echo gc $?
                    timeout 20 "$0" run <<<'{"version": 1, "script": "echo ran"}' 2>/dev/null; echo run $?
                done | sort | uniq
                """.formatted(rounds), Pod.K8S_EXEC.toString());
        } finally {
            attacker.destroy();
            pod.exec(
                    "guest",
                    "sh",
                    "-c",
                    "for p in /proc/[0-9]*; do case $(tr '\\0' ' ' <$p/cmdline) in 'sh -c cd /go;'*) "
                            + "kill -9 ${p#/proc/};; esac; done 2>/dev/null");
        }
        // wherever it was
        make("rm -rf /go/x /go/y /go/.k8s-exec");

        assertTrue(result.text().matches("gc 0\n(gc 125\n)?ran\nrun 0\n(run 125\n)?"), result.toString());
        for (String container : List.of("agent", "guest")) {
            assertEquals(
                    "precious\n",
                    pod.exec(container, "sh", "-c", "cat /tmp/outside/sub/state")
                            .text(),
                    container);
        }
    }
}
