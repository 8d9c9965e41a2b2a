package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;

import cd.go.contrib.k8sexec.cli.pod.Pod.Result;
import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A guest with something else on /proc than its processes, by which a shell opens its script: that the script never ran
 * is told as an error of k8s-exec's, never by the exit code of a shell that found none.
 */
@Needs(Need.POD)
class GuestProcIT {
    private Pod pod;

    @BeforeEach
    void up() {
        Pod.requireNot("relay", "its script is a file in the guest: RelayIT");
        pod = Pod.up("GUEST_IMAGE=debian");
    }

    @AfterEach
    void down() {
        if (pod != null) {
            pod.close();
        }
    }

    /** Every way that this build has, if none was asked for. */
    private static List<String> ways() {
        return Pod.isChosen() ? List.of(Pod.way()) : Pod.isNative() ? List.of("setns", "chroot", "nsenter") : NSENTER;
    }

    private static final List<String> NSENTER = List.of("nsenter");

    private void inGuestsMounts(String commands) {
        pod.asRoot("exec nsenter -t " + pod.pid("guest") + " -m sh -c '" + commands + "'")
                .assertExitCode(0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "umount -l /proc",
                "mount -t tmpfs none /proc",
                "umount -l /proc && rmdir /proc && touch /proc",
                // of a namespace whose only process is the one that mounts it
                "unshare --pid --fork mount -t proc proc /proc"
            })
    void no_script_is_opened_there(String other) {
        inGuestsMounts(other);

        for (String way : ways()) {
            for (String shell : List.of("sh", "bash", "python3")) {
                Result result = run(way, shell);
                result.assertExitCode(125).assertError("PROC_MISSING", "so nothing was run");
                assertEquals("", result.text(), way + " " + shell);
            }
            assertEquals(
                    "ran\n",
                    pod.k8sExec("", "exec", "--enter", way, "--workdir", "/", "echo", "ran")
                            .assertExitCode(0)
                            .text());
        }
        assertEquals(List.of(), pod.sharedFiles());
    }

    /** What lies there instead is not taken for it. By nsenter the guest's own sh looks, which sees no difference. */
    @Test
    void another_file_in_its_place_is_not_run() {
        Pod.requireDirect();
        inGuestsMounts("mount -t tmpfs none /proc && mkdir -p /proc/self/fd && echo \"echo other\" >/proc/self/fd/9");

        for (String way : Pod.isChosen() ? ways() : List.of("setns", "chroot")) {
            Result result = run(way, "sh");
            result.assertExitCode(125).assertError("PROC_MISSING");
            assertEquals("", result.text(), way);
        }
    }

    /** In which the script's shell has another number, and finds itself. */
    @Test
    void a_procfs_of_the_whole_machine_shows_a_shell_its_script() throws Exception {
        Machine.run("nsenter", "-t", pod.machinePid("guest"), "-m", "mount", "-t", "proc", "proc", "/proc");

        for (String way : ways()) {
            assertEquals("ran\n", run(way, "sh").assertExitCode(0).text(), way);
            run(way, "python3").assertExitCode(125).assertError("PROC_MISSING");
        }
    }

    private Result run(String way, String shell) {
        String script = shell.equals("python3") ? "print('ran')" : "echo ran";
        return pod.k8sExec(Pod.request(shell, script, Map.of()), "run", "--enter", way);
    }
}
