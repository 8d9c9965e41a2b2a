package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.cli.pod.Pod.Result;
import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which guest it is that has a relay, who may connect, and who the script is. */
@Needs({Need.POD, Need.RUNC})
class RelayGuestIT {
    @RegisterExtension
    static final Pod pod = Relayed.pod();

    @BeforeAll
    static void native_only() {
        Pod.requireNative();
    }

    private static Result run(String script, String... options) {
        return Relayed.run(pod, script, options);
    }

    @Test
    void a_name_that_is_not_there_is_told_with_those_that_are() {
        run(":", "--container", "other", "--wait", "0s")
                .assertExitCode(125)
                .assertError("TARGET_UNKNOWN", "guest (/relay/guest/guest.sock)");
        run("echo on", "--container", "guest").assertExitCode(0);
    }

    @Test
    void a_dead_relays_guest_is_waited_for_by_name_and_ambiguous_without() {
        pod.asRoot("mkdir /relay/dead; python3 -c \"import socket; s = socket.socket(socket.AF_UNIX, "
                        + "socket.SOCK_SEQPACKET); s.bind('/relay/dead/guest.sock')\"; "
                        + "chmod 666 /relay/dead/guest.sock")
                .assertExitCode(0);
        try {
            run(":").assertExitCode(125).assertError("TARGET_AMBIGUOUS", "dead (/relay/dead/guest.sock)");
            run(":", "--container", "dead", "--wait", "300ms")
                    .assertExitCode(125)
                    .assertError("TARGET_DEAD", "restarting");
            run("echo on", "--container", "guest").assertExitCode(0);
        } finally {
            pod.asRoot("rm -r /relay/dead").assertExitCode(0);
        }
    }

    /** Here it is started in the agent's own container, where one can be started later. */
    @Test
    void a_relay_that_comes_later_is_waited_for() {
        pod.asRoot("mkdir -m 777 /relay/later").assertExitCode(0);
        try {
            Result result = Relayed.shell(
                    pod,
                    Pod.request("sh", "echo here; exit 7", Map.of()),
                    "bash",
                    "-c",
                    "cat >/tmp/request; mkdir /tmp/later; $0 install /tmp/later >/dev/null; "
                            + "$0 run --container later --wait 30s "
                            + "</tmp/request 2>/tmp/notes & run=$!; until grep -q 'waiting for the guest' /tmp/notes; "
                            + "do sleep 0.1; done; /tmp/later/relay --dir /relay/later 2>/dev/null & relay=$!; "
                            + "wait $run; code=$?; kill $relay; wait $relay; rm -r /tmp/later; exit $code");

            assertEquals("here\n", result.assertExitCode(7).text(), result.toString());
        } finally {
            pod.asRoot("rm -r /relay/later").assertExitCode(0);
        }
    }

    @Test
    void a_directory_without_a_relay_is_named_with_what_is_in_it() {
        pod.k8sExec(Map.of("GO_K8S_RELAY", "/opt/extra/c"), Pod.request("sh", ":", Map.of()), "run", "--wait", "0s")
                .assertExitCode(125)
                .assertError("TARGET_NONE", "/opt/extra/c", "\"become.o\"");
        pod.k8sExec(Map.of("GO_K8S_RELAY", "/none"), Pod.request("sh", ":", Map.of()), "run")
                .assertExitCode(125)
                .assertError("RELAY_UNSET", "/none", "does not exist");
        pod.k8sExec(Map.of("GO_K8S_ENTER", "relay"), Pod.request("sh", ":", Map.of()), "run")
                .assertExitCode(125)
                .assertError("RELAY_UNSET", "GO_K8S_RELAY is not set");
    }

    @Test
    void doctor_says_what_the_way_that_was_asked_for_lacks() {
        Result result = pod.k8sExec(Map.of("GO_K8S_ENTER", "relay"), "", "doctor");

        result.assertExitCode(1);
        List<String> failures = result.text()
                .lines()
                .filter(line -> line.startsWith("failure "))
                .toList();
        assertEquals(1, failures.size(), result.toString());
        assertTrue(failures.get(0).startsWith("failure enter: GO_K8S_RELAY is not set"), result.toString());
    }

    @Test
    void another_user_may_not_connect_nor_be_trusted() {
        Result result = pod.asRoot("setpriv --reuid 4711 --regid 4711 --clear-groups env GO_K8S_RELAY=/relay "
                + "GO_K8S_CONTAINER_SHARED_ROOT=/go /opt/extra/k8s-exec env");
        result.assertExitCode(125).assertError("RELAY_REFUSED", "refuses uid 4711", "--allow-uid 4711");

        run(":", "--relay-uid", "-1").assertExitCode(125).assertError("SETTING_INVALID", "--relay-uid");
        run(":", "--relay-uid", "4711").assertExitCode(125).assertError("RELAY_REFUSED", "uid 1000 listens");
        run("echo on", "--relay-uid", "1000").assertExitCode(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"agent", "target", "1000:1000"})
    void the_user_is_the_guests(String user) {
        assertEquals(
                "1000:1000\n", run("echo $(id -u):$(id -g)", "--user", user).text());
    }

    @Test
    void to_another_user_no_relay_changes() {
        run(":", "--user", "0:0").assertExitCode(125).assertError("SETTING_INVALID", "1000:1000");
    }

    @Test
    void what_is_missing_in_the_guest_is_told_as_by_every_way() {
        pod.k8sExec(Relayed.RELAY, Pod.request("zsh", ":", Map.of("PATH", "/none")), "run")
                .assertExitCode(127)
                .assertError("SHELL_MISSING");
        run(":", "--container-root", "/elsewhere").assertExitCode(125).assertError("CONTAINER_ROOT_INVALID");
    }
}
