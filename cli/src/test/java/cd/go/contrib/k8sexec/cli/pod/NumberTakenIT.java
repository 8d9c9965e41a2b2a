package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.cli.pod.Pod.Result;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The guest ends while k8s-exec is on its way, and a process of the agent's own container gets its process id: the
 * script must not run in the agent's container. What happens in microseconds otherwise is held up, once the guest has
 * been found and looked at.
 */
class NumberTakenIT {
    private static final String WHERE =
            "if [ -e /opt/extra/k8s-exec ]; then echo in the agent; else echo in the guest; fi";

    /**
     * Waits until somebody is on the way, kills the guest, and starts processes until one has its number
     * (proc_sys_kernel(5)).
     */
    private static final String TAKE_NUMBER = """
        until [ -e /tmp/on-the-way ]; do sleep 0.02; done
        kill -KILL $guest
        while [ -d /proc/$guest ]; do sleep 0.02; done
        for i in $(seq 1000); do
            echo $((guest - 1)) >/proc/sys/kernel/ns_last_pid
            sleep 1000 >/dev/null 2>&1 &
            [ $! != $guest ] || break
            kill -KILL $!
        done
        [ $! = $guest ] && touch /tmp/taken
        """;

    @ParameterizedTest
    @ValueSource(strings = {"setns", "chroot"})
    void by_a_way_that_takes_no_program(String way) {
        Pod.requireNative();
        try (Pod pod = Pod.up("GUEST_IMAGE=debian")) {
            // two seconds before each of these calls
            Result result = run(pod, way, """
                set -- -e inject=pidfd_open,setns,chroot:delay_enter=2000000 "$@"
                strace -f -qq -o /tmp/trace -e trace=pidfd_open,setns,chroot "$@" </tmp/request &
                run=$!
                until grep -q 'pidfd_open\\|setns\\|chroot' /tmp/trace; do sleep 0.02; done 2>/dev/null
                touch /tmp/on-the-way
                wait $run
                """, "run");
            assertNotInTheAgent(pod, result);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"run", "exec"})
    void by_nsenter(String command) {
        try (Pod pod = Pod.up("GUEST_IMAGE=debian")) {
            assertNotInTheAgent(pod, byNsenter(pod, command));
        }
    }

    /** Which may not hold the guest's namespaces: its nsenter alone may enter them. */
    @ParameterizedTest
    @ValueSource(strings = {"run", "exec"})
    void by_nsenter_of_an_agent_that_is_not_root(String command) {
        try (Pod pod = Pod.up(
                "GUEST_IMAGE=debian",
                "AGENT_UID=1000",
                "AGENT_GID=1000",
                "AGENT_NNP=false",
                "AGENT_CAPS=" + Pod.KUBERNETES + ",sys_admin,sys_ptrace")) {
            pod.asRoot("mkdir -p /tmp/bin && cp /usr/bin/nsenter /tmp/bin/nsenter.real && setcap "
                            + "cap_sys_admin,cap_sys_chroot,cap_sys_ptrace+ep /tmp/bin/nsenter.real")
                    .assertExitCode(0);
            Result result = byNsenter(pod, command);
            assertNotInTheAgent(pod, result);
            if (command.equals("run")) {
                assertTrue(result.errors().contains("k8s-exec: error [TARGET_DEAD]: "), result.toString());
            }
        }
    }

    /** The last nsenter is held up: exec tries once before. */
    private static Result byNsenter(Pod pod, String command) {
        pod.asRoot("""
            mkdir -p /tmp/bin
            [ -e /tmp/bin/nsenter.real ] || cp /usr/bin/nsenter /tmp/bin/nsenter.real
            cat >/tmp/bin/nsenter <<'END'
            #!/bin/sh
            case $*,$K8S_EXEC_RUN_ID in *'sh -c :,'*) exec /tmp/bin/nsenter.real "$@";; esac
            : >/tmp/on-the-way
            until [ -e /tmp/taken ]; do sleep 0.02; done
            exec /tmp/bin/nsenter.real "$@"
            END
            chmod 755 /tmp/bin /tmp/bin/*
            """).assertExitCode(0);
        return run(pod, "nsenter", "PATH=/tmp/bin:$PATH \"$@\"", command);
    }

    private static Result run(Pod pod, String way, String how, String command) {
        String guest = pod.pid("guest");
        Process taker = pod.startAsRoot("guest=" + guest + "\n" + TAKE_NUMBER);
        try {
            Result result = pod.exec(
                    "agent",
                    Pod.request("sh", WHERE, Map.of()).getBytes(),
                    "bash",
                    "-c",
                    "export GO_K8S_CONTAINER_SHARED_ROOT=/go GO_K8S_WAIT=0s GO_K8S_ENTER=" + way
                            + "\ncat >/tmp/request\n"
                            + "if [ $1 = exec ]; then set -- \"$0\" exec --workdir / sh -c '" + WHERE
                            + "'; else set -- \"$0\" run; fi\nexec </tmp/request\n" + how,
                    "/opt/extra/k8s-exec",
                    command);
            assertEquals(
                    "",
                    pod.exec("agent", "sh", "-c", "[ -e /tmp/taken ] || echo nobody took the number")
                            .text());
            return result;
        } finally {
            taker.destroy();
        }
    }

    private static void assertNotInTheAgent(Pod pod, Result result) {
        assertTrue(!result.text().contains("in the agent"), result.toString());
        assertTrue(
                result.text().equals("in the guest\n") || result.exitCode() == 125,
                "neither ran nor told why" + result);
    }
}
