package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.cli.pod.Pod.Result;
import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A script that runs as another user than the agent, or beside a main process that keeps no environment. */
@Needs(Need.POD)
class ScriptUserIT {
    @RegisterExtension
    static final Pod pod = Pod.forClass();

    @RegisterExtension
    static final Pod debian = Pod.forClass("GUEST_IMAGE=debian");

    @Test
    void a_user_by_number_has_its_own_home() throws IOException {
        Pod.requireNot("relay", "RelayGuestIT.to_another_user_no_relay_changes");
        Files.writeString(
                pod.files("guest").resolve("etc/passwd"),
                "root:x:0:0::/root:/bin/sh\n" + "user:x:1234:0::/home/user:/bin/sh\n");
        assertEquals("/home/user\n", home(Map.of(), "1234:0"));
        assertEquals("/\n", home(Map.of(), "4321:0"));
        assertEquals("/job\n", home(Map.of("HOME", "/job"), "1234:0"));
        // the main process's own
        assertEquals(home(Map.of(), "target"), home(Map.of(), "0:0"));
        assertEquals(
                "/home/user\n",
                pod.k8sExec("", "exec", "--user", "1234:0", "--", "sh", "-c", "echo $HOME")
                        .assertExitCode(0)
                        .text());
    }

    private static String home(Map<String, String> variables, String user) {
        return pod.k8sExec(Pod.request("sh", "echo $HOME", variables), "run", "--user", user)
                .assertExitCode(0)
                .text();
    }

    /** By their names a script opens them again. */
    @Test
    void its_standard_output_can_be_opened_by_its_name() {
        Pod.requireNot("relay", "RelayGuestIT.to_another_user_no_relay_changes");
        String request = Pod.request("sh", "echo out >/dev/stdout; echo err >/dev/stderr", Map.of());
        Result result = pod.k8sExec(request, "run", "--user", "1000:1000").assertExitCode(0);
        assertEquals("out\n", result.text());
        assertEquals("err\n", result.errors());

        String script = "{ \"$0\" run --shared-root /go --user 1000:1000 <$1; stat -Lc %u /proc/self/fd/1; } | cat";
        String owner = pod.exec(
                        "agent",
                        "bash",
                        "-c",
                        "echo '" + request + "' >/tmp/request; bash -c '" + script.replace("$1", "/tmp/request") + "' "
                                + Pod.K8S_EXEC)
                .text();
        assertEquals("out\n0\n", owner, "not given back");
    }

    /** "dubious ownership": git refuses to work in a folder of another user's (git-config(1), safe.directory). */
    @Test
    void git_works_in_the_job_folder_of_another_user() {
        Pod.requireNot("relay", "RelayGuestIT.to_another_user_no_relay_changes");
        debian.exec("agent", "sh", "-c", "cd /go && mkdir job && cd job && git init -q && mkdir below && chmod 777 .")
                .assertExitCode(0);
        try {
            for (String folder : new String[] {"job", "job/below"}) {
                String request = "{\"version\":1,\"workingDirectory\":\"" + folder + "\",\"script\":"
                        + "\"git rev-parse --show-toplevel; git config --get own.setting; echo $GIT_CONFIG_COUNT\","
                        + "\"environment\":{\"GIT_CONFIG_COUNT\":\"1\",\"GIT_CONFIG_KEY_0\":\"own.setting\","
                        + "\"GIT_CONFIG_VALUE_0\":\"kept\"}}";
                Result result =
                        debian.k8sExec(request, "run", "--user", "1000:1000").assertExitCode(0);
                assertTrue(result.text().startsWith("/go/job\nkept\n"), result.toString());
            }
            // the agent's own user needs nothing of that
            assertEquals(
                    "\n",
                    debian.k8sExec(
                                    "{\"version\":1,\"workingDirectory\":\"job\","
                                            + "\"script\":\"echo $GIT_CONFIG_COUNT\"}",
                                    "run")
                            .text());
        } finally {
            debian.exec("agent", "rm", "-r", "/go/job");
        }
    }

    /** As nginx, redis and what uses setproctitle do. */
    @Test
    void a_main_process_that_writes_its_title_over_its_environment_is_found_out() {
        Pod.requireNot("relay", "--pid names a process that the agent does not see");
        String server = "$0 = 'server: ' . 'title ' x 20; open F, '>/go/pid'; print F $$; close F; sleep 1000";
        Process titled = debian.start("guest", "perl", "-e", server);
        try {
            String pid = debian.exec("agent", "sh", "-c", "until [ -s /go/pid ]; do sleep 0.05; done; cat /go/pid")
                    .text()
                    .strip();
            String loss = "has written its title over its own environment";
            Result run = debian.k8sExec(Pod.request("sh", "echo ran", Map.of()), "run", "--pid", pid);
            assertEquals("ran\n", run.assertExitCode(0).text());
            assertEquals(1, run.errors().lines().count(), run.errors());
            assertTrue(run.errors().startsWith("k8s-exec: warning: the guest's main process ("), run.errors());
            assertTrue(run.errors().contains(loss), run.errors());
            String remedy = Diagnosis.diagnose(debian, Map.of("GO_K8S_CONTAINER_PID", pid))
                    .assertFailure("guest-environment", loss);
            assertTrue(remedy.contains("command: [sh, -c, "), remedy);
        } finally {
            debian.exec("agent", "rm", "-f", "/go/pid");
            titled.descendants().forEach(ProcessHandle::destroy);
            titled.destroy();
        }
    }

    /** Children that open the script again, which is no file. */
    @Test
    void a_script_of_python_or_node_can_start_itself_again() {
        String python = "import multiprocessing as m\ndef child(): print('child')\nif __name__ == '__main__':\n"
                + "    for way in ('spawn', 'forkserver'):\n        p = m.get_context(way).Process(target=child)\n"
                + "        p.start(); p.join()\n";
        assertEquals(
                "child\nchild\n",
                debian.run("python3", python).assertExitCode(0).text());
        String node = "const p = require('child_process'), c = require('cluster');\n"
                + "if (process.argv[2]) { console.log(process.argv[2]); process.exit() }\n"
                + "if (c.isWorker) { console.log('worker'); process.exit() }\n"
                + "p.fork(__filename, ['forked']).on('exit', () => c.fork());\n";
        assertEquals(
                "forked\nworker\n", debian.run("node", node).assertExitCode(0).text());
    }

    @Test
    void a_program_of_another_processor_is_said_to_be_that() {
        Pod.requireDirect();
        // an ELF header (elf(5)) of MIPS
        String header = "\\177ELF\\001\\001\\001%09d\\002\\000\\010\\000";
        pod.exec("agent", "sh", "-c", "printf '" + header + "' 0 >/go/mips; chmod 755 /go/mips")
                .assertExitCode(0);
        try {
            pod.run("/go/mips", "true").assertExitCode(126).assertError("SHELL_FAILED", "another processor");
            pod.k8sExec("", "exec", "/go/mips").assertExitCode(126).assertError("PROGRAM_FAILED", "another processor");
        } finally {
            pod.exec("agent", "rm", "/go/mips");
        }
    }
}
