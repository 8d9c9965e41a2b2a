package cd.go.contrib.k8sexec.plugin.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Needs(Need.EXECUTABLE_TMP)
class TaskDemoTest {

    @TempDir
    Path folder;

    @Test
    void prints_what_gocds_console_shows() throws Exception {
        assertEquals(
                "[go] Task: k8s-executor\n      | out é ******\n[go] Task status: passed (N ms)\n0",
                demo("echo out é hidden", 0, "--shell", "sh", "--secret", "TOKEN=hidden", "script"));
        assertEquals(
                "[go] Task: k8s-executor\nstderr| err\n[go] Task status: passed (N ms)\n0",
                demo("echo err >&2", 0, "script"));
    }

    @Test
    void tells_why_a_task_failed_and_exits_with_1() throws Exception {
        assertEquals(
                "[go] Task: k8s-executor\nScript completed with exit code: 3.\n[go] Task status: failed (N ms)\n1",
                demo("true", 3, "exit 3"));
    }

    @Test
    void cancels_as_gocds_agent_does_once_the_file_is_there() throws Exception {
        Path cancel = folder.resolve("cancel");
        assertEquals(
                "[go] Task: k8s-executor\n      | canceled\n[go] Task status: passed (N ms)\n0",
                demo(
                        // a cancel tells all that are there, and none that is started after it
                        "trap 'echo canceled' TERM; sleep 60 & "
                                + "until grep -q sleep /proc/$!/comm; do :; done; echo >" + cancel + "; wait",
                        0,
                        "--cancel-file",
                        cancel.toString(),
                        "script"));
    }

    @Test
    void shows_what_the_form_would_say() throws Exception {
        assertEquals(
                "user: The user \"root\" names no user. Use agent, target or UID:GID in numbers of at most "
                        + "4294967294, like 1000:1000.\n1",
                demo("true", 0, "--property", "user=root", "script"));
    }

    private String demo(String k8sExec, int exitCode, String... arguments) throws IOException, InterruptedException {
        Path executable = folder.resolve("k8s-exec");
        Files.writeString(
                executable,
                "#!/bin/sh\n[ \"$1\" != --version ] || exit 0\n" + k8sExec + "\n"
                        + "echo '{\"outcome\":\"exited\",\"exitCode\":" + exitCode + "}' > \"$3\"\n");
        Files.setPosixFilePermissions(executable, PosixFilePermissions.fromString("rwxr-xr-x"));
        List<String> command = new ArrayList<>(List.of(
                System.getProperty("java.home") + "/bin/java",
                "-cp",
                System.getProperty("java.class.path"),
                TaskDemo.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("K8S_EXEC", executable.toString());
        builder.environment().put("LC_ALL", "C");
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return output.replaceAll("\\(\\d+ ms\\)", "(N ms)") + process.waitFor();
    }
}
