package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.cli.pod.Pod.Result;
import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an init container does: k8s-exec install puts the native executable, relay and pause into a volume. */
@Needs(Need.POD)
class InstallIT {
    @RegisterExtension
    static final Pod pod = Pod.forClass("GUEST_IMAGE=busybox");

    @BeforeEach
    void only_the_native_executable_can_be_installed() {
        Pod.requireNative();
    }

    /** Hidden files are left to be found. */
    @AfterEach
    void remove_what_was_installed() {
        pod.exec("agent", "sh", "-c", "rm -rf /go/*").assertExitCode(0);
    }

    /** To open a named pipe by its name would wait for whoever opens its other end, for ever perhaps. */
    @Needs(Need.STRACE)
    @Test
    void nothing_is_opened_by_a_name_that_somebody_else_may_have_taken_since() {
        List<String> opened = Strace.of(pod, "", "install", "/go").own().stream()
                .filter(call -> call.is("open", "openat", "chmod", "fchmodat"))
                .map(Strace.Call::text)
                .filter(text -> text.contains("/.k8s-exec-install-"))
                .toList();

        assertTrue(opened.size() > 1 && opened.stream().allMatch(text -> text.contains("O_EXCL")), opened.toString());
    }

    /** The same for the result, of which the name is given: that is opened in a way that does not wait. */
    @Needs(Need.STRACE)
    @Test
    void the_result_file_is_opened_for_reading_too() {
        List<String> opened =
                Strace.of(pod, Pod.request("sh", ":", Map.of()), "run", "--result", "/tmp/result").own().stream()
                        .filter(call -> call.is("open", "openat"))
                        .map(Strace.Call::text)
                        .filter(text -> text.contains("\"/tmp/result\""))
                        .toList();

        assertTrue(opened.size() > 1 && opened.stream().allMatch(text -> text.contains("O_RDWR")), opened.toString());
    }

    @Test
    void the_guest_can_start_pause_and_end_it() throws IOException {
        Result result = install(pod, "/go").assertExitCode(0);

        Path pause = pod.shared().resolve("pause");
        Path k8sExec = pod.shared().resolve("k8s-exec");
        assertEquals(
                "installed /go/relay (" + Files.size(pause) + " bytes, mode 555)\ninstalled /go/pause ("
                        + Files.size(pause) + " bytes, mode 555)\ninstalled /go/k8s-exec ("
                        + Files.size(k8sExec) + " bytes, mode 555)\n",
                result.text());
        assertEquals(-1, Files.mismatch(pause, pod.shared().resolve("relay")));
        assertTrue(Files.size(pause) <= 100_000, Files.size(pause) + " bytes");
        assertEquals(-1, Files.mismatch(k8sExec, Path.of("target/k8s-exec")));
        assertEquals(
                "0\n",
                pod.exec(
                                "guest",
                                "sh",
                                "-c",
                                "/go/pause & until grep -q sigtimedwait /proc/$!/wchan; do sleep 0.02; done; kill "
                                        + "$!; wait $!; echo $?")
                        .text());
        assertTrue(pod.exec("guest", "/go/k8s-exec", "--version").text().contains("native"));
    }

    @Test
    void what_is_there_is_replaced_while_it_is_used() throws IOException {
        install(pod, "/go").assertExitCode(0);
        Process guest = pod.start(
                "guest",
                "sh",
                "-c",
                "/go/pause & touch /go/started; "
                        + "while [ ! -e /go/stop ]; do /go/pause --version >/dev/null || touch /go/failed; done; "
                        + "kill $! && touch /go/still-there");
        while (!pod.sharedFiles().contains("started")) {
            Thread.onSpinWait();
        }
        for (int i = 0; i < 20; i++) {
            install(pod, "/go").assertExitCode(0);
        }
        Files.createFile(pod.shared().resolve("stop"));
        guest.onExit().join();

        assertTrue(pod.sharedFiles().contains("still-there"), pod.sharedFiles().toString());
        assertTrue(!pod.sharedFiles().contains("failed"), pod.sharedFiles().toString());
    }

    @Test
    void a_link_that_the_guest_planted_is_replaced_and_not_followed() {
        pod.exec("agent", "sh", "-c", "echo precious >/tmp/victim").assertExitCode(0);
        pod.exec("guest", "sh", "-c", "ln -s /tmp/victim /go/pause; ln -s /tmp/victim /go/k8s-exec")
                .assertExitCode(0);

        install(pod, "/go").assertExitCode(0);

        assertEquals("precious\n", pod.exec("agent", "cat", "/tmp/victim").text());
        assertTrue(Files.isRegularFile(pod.shared().resolve("pause"), LinkOption.NOFOLLOW_LINKS));
        assertTrue(Files.isRegularFile(pod.shared().resolve("k8s-exec"), LinkOption.NOFOLLOW_LINKS));
    }

    @Test
    void the_mode_is_right_whatever_the_umask() throws IOException {
        pod.exec("agent", "sh", "-c", "umask 077; exec " + Pod.K8S_EXEC + " install /go")
                .assertExitCode(0);

        assertEquals("r-xr-xr-x", mode("pause"));
        assertEquals("r-xr-xr-x", mode("k8s-exec"));
    }

    private static String mode(String name) throws IOException {
        return PosixFilePermissions.toString(
                Files.getPosixFilePermissions(pod.shared().resolve(name)));
    }

    @Test
    void what_a_killed_installation_left_is_removed_and_what_another_one_writes_is_not() throws IOException {
        Path left = Files.createFile(pod.shared().resolve(".k8s-exec-install-left"));
        Files.setLastModifiedTime(left, FileTime.from(Instant.now().minus(Duration.ofMinutes(11))));
        Path other = Files.createFile(pod.shared().resolve(".k8s-exec-install-other"));

        install(pod, "/go").assertExitCode(0);

        assertTrue(Files.notExists(left));
        Files.delete(other);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/nowhere|INSTALL_DIRECTORY|/nowhere does not exist",
                "/etc/passwd|INSTALL_DIRECTORY|/etc/passwd cannot be opened as a directory (Not a directory)",
                "/go/link|INSTALL_DIRECTORY|/go/link is a symbolic link",
                "/go/link/folder|INSTALL_DIRECTORY|/go/link is a symbolic link",
                "/usr|INSTALL_FAILED|/usr/relay cannot be written (Read-only file system)",
                "/go/taken|INSTALL_FAILED|/go/taken/relay cannot be written (Is a directory)",
            })
    void where_it_cannot_be_the_error_says_why(String directory, String id, String words) {
        pod.exec("agent", "sh", "-c", "mkdir -p /go/taken/relay /tmp/folder; ln -s /tmp /go/link")
                .assertExitCode(0);

        install(pod, directory).assertExitCode(125).assertError(id, words);

        assertEquals(
                "",
                pod.exec("agent", "sh", "-c", "ls -A /tmp/folder; ls -A /go/taken | grep -v '^relay$'")
                        .text());
    }

    @Test
    void a_full_volume_is_an_error_and_leaves_no_part_of_a_file() {
        try (Pod small = Pod.up("GO_OPTIONS=size=1m")) {
            install(small, "/go")
                    .assertExitCode(125)
                    .assertError("INSTALL_FAILED", "/go/k8s-exec cannot be written (No space left on device)");

            assertEquals(List.of("pause", "relay"), small.sharedFiles());
        }
    }

    @Test
    void a_volume_from_which_nothing_can_be_started_gets_a_warning() {
        try (Pod noexec = Pod.up("GO_OPTIONS=noexec")) {
            Result result = install(noexec, "/go").assertExitCode(0);

            assertTrue(result.errors().startsWith("k8s-exec: warning: /go is mounted with noexec"), result.toString());
        }
        assertEquals("", install(pod, "/go").assertExitCode(0).errors());
    }

    @Test
    void a_user_who_is_not_root_can_install_too() throws IOException {
        try (Pod user = Pod.up("AGENT_UID=1000", "AGENT_GID=0")) {
            install(user, "/go").assertExitCode(0);
            install(user, "/go").assertExitCode(0);

            assertEquals(1000, Files.getAttribute(user.shared().resolve("pause"), "unix:uid"));
            assertEquals(
                    "r-xr-xr-x",
                    PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(user.shared().resolve("k8s-exec"))));
            user.exec("guest", "mkdir", "/go/of-root").assertExitCode(0);
            install(user, "/go/of-root")
                    .assertExitCode(125)
                    .assertError("INSTALL_FAILED", "/go/of-root/relay cannot be written (Permission denied)");
        }
    }

    private static Result install(Pod pod, String directory) {
        return pod.exec("agent", Pod.K8S_EXEC.toString(), "install", directory);
    }
}
