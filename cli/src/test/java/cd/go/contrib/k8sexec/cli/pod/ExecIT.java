package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.cli.pod.Pod.Result;
import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A program in the guest, by hand: its arguments, input, environment, user, directory. */
@Needs(Need.POD)
class ExecIT {
    /** Of a guest that has much which is not meant for programs, and /tmp/first as the first folder of its PATH. */
    static final String PROFILE = """
        export GO_EA_AUTO_REGISTER_KEY=register-key GO_K8S_CONTAINER_PID=1 K8S_EXEC_CONTAINER=tools
        export LD_PRELOAD=/go/none.so
        export OWN='of the guest' SECRET=hidden-value BYTES='\u00ff\u00fe' PATH="/tmp/first:$PATH"
        """;

    @RegisterExtension
    static final Pods PODS = new Pods(PROFILE);

    @AfterEach
    void nothing_is_left() {
        PODS.all().forEach(Pod::awaitNoProcesses);
    }

    @ParameterizedTest
    @CsvSource({"debian,C", "debian,C.UTF-8", "busybox,C", "busybox,C.UTF-8"})
    void arguments_arrive_byte_for_byte(String image, String locale) {
        // the shell that compares is the agent's; the last ones are of random bytes
        Result result = PODS.get(image)
                .exec("agent", "env", "LC_ALL=" + locale, "bash", "-c", """
            set -- '' ' ' \\' '"' "it's" '$HOME' '`id`' '$(id)' '\\' '\\n' $'a\\nb' $'\\n' $'a\\n\\n' $'\\t' $'\\r' é漢🚀
            set -- "$@" $'\\xff\\xfe\\x80' -n -- --help -i -x --user=x '*' '~' '#' '!!' a=b @/etc/passwd '${x:-y}'
            set -- "$@" $'\\x01\\x7f' '; exit 9' "$(seq 1 20000)"
            for i in {1..100}; do set -- "$@" "$(head -c $((RANDOM % 60)) /dev/urandom | tr -d '\\0')"; done 2>/dev/null
            printf '%s\\0' "$@" >/tmp/expected
            "$0" exec -- printf '%s\\0' "$@" >/tmp/seen || exit
            cmp /tmp/seen /tmp/expected && echo $# $(tr -dc '\\0' </tmp/seen | wc -c)
            """, Pod.K8S_EXEC.toString())
                .assertExitCode(0);

        assertEquals("133 133\n", result.text(), result.toString());
    }

    @Test
    void options_end_where_the_program_begins() {
        assertEquals(
                "-i --user x\n",
                PODS.get("debian")
                        .k8sExec("", "exec", "echo", "-i", "--user", "x")
                        .assertExitCode(0)
                        .text());
        assertTrue(PODS.get("debian")
                .k8sExec("", "exec", "--", "-x")
                .assertExitCode(2)
                .errors()
                .contains("no program's name"));
        PODS.get("debian").k8sExec("", "exec").assertExitCode(2);
    }

    @Test
    void a_current_directory_that_was_deleted_does_no_harm() {
        for (String command : List.of("exec -- pwd", "targets --json", "doctor --json")) {
            Result result = PODS.get("debian")
                    .exec(
                            "agent",
                            "env",
                            "GO_K8S_CONTAINER_SHARED_ROOT=/go",
                            "sh",
                            "-c",
                            "mkdir /go/job && cd /go/job && rmdir /go/job && exec " + Pod.K8S_EXEC + " " + command)
                    .assertExitCode(0);

            assertEquals("", result.ownLines());
            assertTrue(
                    command.startsWith("exec")
                            ? result.text().equals("/go\n")
                            : result.text().startsWith("{"),
                    result.toString());
        }
    }

    @Test
    void a_gigabyte_of_input_passes_through() {
        Result result = PODS.get("debian").exec("agent", "bash", "-c", """
            set -o pipefail
            yes "$(seq 1 5000)" | head -c 1000000000 | tee >(sha256sum >/tmp/expected) | "$0" exec -i -- cat |
                tee >(wc -c >/tmp/size) | sha256sum >/tmp/seen
            [ $? = 0 ] || [ $? = 141 ]; until [ -s /tmp/size ] && [ -s /tmp/expected ]; do sleep 0.02; done
            cmp /tmp/seen /tmp/expected && cat /tmp/size
            """, Pod.K8S_EXEC.toString());

        assertEquals("1000000000\n", result.text(), result.toString());
    }

    @Tag("smoke")
    @ParameterizedTest
    @ValueSource(strings = {"debian", "busybox"})
    void without_i_its_input_is_empty_and_nothing_waits(String image) {
        Result result = PODS.get(image)
                .exec(
                        "agent",
                        "bash",
                        "-c",
                        "mkfifo /tmp/fifo; exec 8<>/tmp/fifo; echo x >&8; timeout 60 $0 exec -- wc -c <&8; echo $?; "
                                + "rm /tmp/fifo",
                        Pod.K8S_EXEC.toString());

        assertEquals("0\n0\n", result.text(), result.toString());
        assertEquals(
                "typed\n",
                PODS.get(image)
                        .k8sExec("typed\n", "exec", "-i", "cat")
                        .assertExitCode(0)
                        .text());
    }

    @ParameterizedTest
    @ValueSource(strings = {"debian", "busybox"})
    void it_gets_no_file_but_the_first_three(String image) {
        String files = PODS.get(image)
                .k8sExec("", "exec", "--", "ls", "-l", "/proc/self/fd")
                .assertExitCode(0)
                .text();

        // the last is that of ls itself; by chroot the program holds the guest's mounts (docs/pods.md)
        boolean holdsMounts = Pod.way().equals("chroot");
        assertEquals(holdsMounts, files.contains(" 3 -> mnt:["), files);
        assertEquals(
                holdsMounts ? 5 : 4,
                files.lines()
                        .filter(line -> line.matches(".*:\\d\\d \\d( -> .*)?"))
                        .count(),
                files);
        assertFalse(files.contains("memfd"), files);
    }

    @ParameterizedTest
    @ValueSource(strings = {"debian", "busybox"})
    void the_environment_is_the_guests_own_without_what_is_not_meant_for_programs(String image) {
        Result result = PODS.get(image)
                .exec("agent", "env", "AGENTS=own", "TERM=agents", Pod.K8S_EXEC.toString(), "exec", "--", "env", "-0");
        List<String> variables =
                List.of(new String(result.assertExitCode(0).out(), StandardCharsets.ISO_8859_1).split("\0"));

        assertTrue(
                variables.containsAll(
                        List.of("OWN=of the guest", "BYTES=\u00ff\u00fe", "LD_PRELOAD=/go/none.so", "HOSTNAME=pod")),
                variables.toString());
        assertTrue(
                variables.stream()
                        .noneMatch(variable -> variable.matches("(GO_EA_|GO_K8S|K8S_EXEC|AGENTS|TERM|OLDPWD).*")),
                variables.toString());
        assertTrue(
                variables.stream().anyMatch(variable -> variable.startsWith("PATH=/tmp/first:/usr/local/sbin")),
                variables.toString());
    }

    @Test
    void a_preload_of_the_guest_is_loaded_into_the_program_alone() {
        Result result = PODS.get("debian").k8sExec("", "exec", "--", "true").assertExitCode(0);

        // ld.so complains for each program that has it in its environment
        assertEquals(
                1,
                result.errors()
                        .lines()
                        .filter(line -> line.contains("/go/none.so"))
                        .count(),
                result.toString());
    }

    @Test
    void no_value_of_the_guests_environment_stands_in_an_argument_list() {
        Pod pod = PODS.get("debian");
        String seen = "";
        try (Sampler sampler = new Sampler(pod)) {
            for (int i = 0; i < 200 && !seen.contains("sh -c touch /go/look"); i++) {
                pod.k8sExec("", "exec", "--", "sh", "-c", Sampler.AWAIT_LOOK).assertExitCode(0);
                seen = sampler.text();
            }
        }

        assertTrue(seen.contains("sh -c touch /go/look"), "nothing of it was seen");
        assertFalse(seen.contains("hidden-value"), "in an argument list");
    }

    @Test
    void it_runs_as_the_user_that_was_asked_for() {
        Pod.requireNot("relay", "RelayGuestIT.to_another_user_no_relay_changes");
        for (Pod pod : PODS.all()) {
            assertEquals(
                    "1000 1001\n",
                    pod.k8sExec("", "exec", "--user", "1000:1001", "--", "sh", "-c", "echo $(id -u) $(id -g)")
                            .assertExitCode(0)
                            .text());
            assertEquals(
                    "0 0\n",
                    pod.k8sExec(Map.of("GO_K8S_USER", "target"), "", "exec", "sh", "-c", "echo $(id -u) $(id -g)")
                            .assertExitCode(0)
                            .text());
            assertEquals(
                    "x",
                    pod.k8sExec("x", "exec", "-i", "--user", "1000:1001", "cat")
                            .assertExitCode(0)
                            .text());
        }
    }

    @Test
    void busyboxs_nsenter_does_too() {
        Pod.requireNot("relay", "this is about nsenter");
        Pod.requireNot("chroot", "this is about nsenter");
        Pod pod = PODS.get("debian");
        pod.exec("agent", "sh", "-c", "mkdir -p /tmp/bb && ln -sf \"$(command -v busybox)\" /tmp/bb/nsenter")
                .assertExitCode(0);

        assertEquals(
                "of the guest\n",
                pod.k8sExec(
                                Map.of("PATH", "/tmp/bb:" + System.getenv("PATH"), "GO_K8S_ENTER", "nsenter"),
                                "",
                                "exec",
                                "sh",
                                "-c",
                                "echo \"$OWN\"")
                        .assertExitCode(0)
                        .text());
    }

    @Test
    void it_starts_where_the_caller_is_on_the_shared_volume() {
        Pod pod = PODS.get("debian");
        pod.exec("agent", "mkdir", "-p", "/go/é 'x").assertExitCode(0);
        try {
            Result result = pod.exec(
                    "agent",
                    "env",
                    "LC_ALL=C",
                    "GO_K8S_CONTAINER_SHARED_ROOT=/go",
                    "bash",
                    "-c",
                    "cd /go/*x && $0 exec pwd; cd /usr && $0 exec pwd; "
                            + "$0 exec --workdir /tmp pwd; unset GO_K8S_CONTAINER_SHARED_ROOT; $0 exec pwd",
                    Pod.K8S_EXEC.toString());
            assertEquals("/go/é 'x\n/go\n/tmp\n/\n", result.assertExitCode(0).text(), result.toString());
        } finally {
            pod.exec("agent", "sh", "-c", "rmdir /go/*");
        }
        pod.k8sExec("", "exec", "--workdir", "/none", "pwd")
                .assertExitCode(125)
                .assertError("WORKING_DIRECTORY_MISSING", "\"/none\"", "--workdir");
        pod.k8sExec("", "exec", "--workdir", "tmp", "pwd")
                .assertExitCode(125)
                .assertError("SETTING_INVALID", "\"tmp\"");
    }

    @Test
    void names_that_no_shell_can_export_reach_the_program(@TempDir Path folder) throws IOException {
        Pod.requireNot("relay", "its guest has another main process");
        Path profile = Files.writeString(
                folder.resolve("profile"), "exec env 'a.b=1' 'UID=77' /bin/sleep infinity </dev/null");
        try (Pod pod = Pod.up("GUEST_IMAGE=debian", "GUEST_PROFILE=" + profile)) {
            pod.exec("guest", "ln", "-s", "/usr/bin/env", "/tmp/a=b").assertExitCode(0);
            for (String program : List.of("env", "/tmp/a=b")) {
                List<String> variables = pod.k8sExec("", "exec", program)
                        .assertExitCode(0)
                        .text()
                        .lines()
                        .toList();
                assertTrue(variables.containsAll(List.of("a.b=1", "UID=77")), variables.toString());
                assertTrue(
                        variables.stream().noneMatch(variable -> variable.startsWith("K8S_EXEC")),
                        variables.toString());
            }
        }
    }
}
