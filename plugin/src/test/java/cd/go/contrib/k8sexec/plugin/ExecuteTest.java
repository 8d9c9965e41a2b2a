package cd.go.contrib.k8sexec.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.plugin.gocd.GoAgent;
import cd.go.contrib.k8sexec.plugin.gocd.GoConsole;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The task with a shell script in the place of k8s-exec: what that is given, and what goes to the console. */
@Timeout(60)
class ExecuteTest {
    private static final String SECRET = "s3cr3t-t0ken";

    @TempDir
    Path folder;

    @Test
    void sweeps_what_a_killed_agent_has_left() throws Exception {
        Task task = Task.with(folder, FakeK8sExec.thatDoes(folder, FakeK8sExec.SUCCESS));
        Path left = Files.createFile(task.temporaryFolder.resolve("k8s-exec-run-1.json"));

        assertTrue(task.run().success);

        while (Files.exists(left)) {
            Thread.sleep(10); // the task does not wait for it
        }
    }

    @Test
    void gives_k8s_exec_the_request_on_stdin_and_a_result_file_of_its_own() {
        FakeK8sExec k8sExec = FakeK8sExec.thatDoes(
                folder, "stat -c '%a %s' \"$result_file\" > \"$here/stat\"\n" + FakeK8sExec.SUCCESS);
        Task task = Task.with(folder, k8sExec)
                .script("echo 'é漢🚀' \"\\\"\r\n\t$HOME\n")
                .shell("zsh")
                .variable("QUOTES", "' \" ` $(id) \\ é漢🚀")
                .variable("LINES", "a\nb\n")
                .variable("EMPTY", "")
                .variable("LARGE", "x".repeat(300_000));

        GoAgent.Answer answer = task.run();

        assertEquals("passed: Script completed successfully.", answer.toString());
        JsonNode request = GoAgent.parse(k8sExec.read("request.json"));
        assertEquals(1, request.get("version").intValue());
        assertEquals("echo 'é漢🚀' \"\\\"\r\n\t$HOME\n", request.get("script").textValue());
        assertEquals("zsh", request.get("shell").textValue());
        assertEquals("pipelines/web", request.get("workingDirectory").textValue());
        assertEquals("' \" ` $(id) \\ é漢🚀", request.at("/environment/QUOTES").textValue());
        assertEquals("a\nb\n", request.at("/environment/LINES").textValue());
        assertEquals("", request.at("/environment/EMPTY").textValue());
        assertEquals(300_000, request.at("/environment/LARGE").textValue().length());
        assertEquals(5, request.size());
        List<String> arguments = k8sExec.read("arguments").lines().toList();
        assertEquals(List.of("run", "--result"), arguments.subList(0, 2));
        assertEquals(task.temporaryFolder, Path.of(arguments.get(2)).getParent());
        assertEquals("600 0\n", k8sExec.read("stat"));
        assertEquals(List.of(), task.filesLeft());
    }

    @Test
    void passes_on_what_the_task_sets() {
        FakeK8sExec k8sExec = FakeK8sExec.thatDoes(folder, FakeK8sExec.SUCCESS);

        Task.with(folder, k8sExec)
                .shell("/opt/python 3")
                .property("workingDirectory", "sub/dir")
                .property("timeout", " 30m ")
                .property("user", "1000:1000")
                .property("grace", "20s")
                .property("container", "tools")
                .run();

        JsonNode request = GoAgent.parse(k8sExec.read("request.json"));
        assertEquals("/opt/python 3", request.get("shell").textValue());
        assertEquals("pipelines/web/sub/dir", request.get("workingDirectory").textValue());
        assertEquals(
                List.of("--container=tools", "--user=1000:1000", "--grace=20s", "--timeout=30m", "--pid="),
                k8sExec.read("arguments").lines().skip(3).toList());
    }

    @Test
    void sends_new_fields_only_where_the_task_sets_them_so_that_an_older_k8s_exec_takes_all_other_tasks() {
        FakeK8sExec k8sExec = FakeK8sExec.thatDoes(folder, FakeK8sExec.SUCCESS);
        Task task = Task.with(folder, k8sExec).shell("bash");

        task.property("failFast", "false")
                .property("trace", "")
                .property("timeout", "")
                .property("container", " ")
                .run();
        assertEquals(5, GoAgent.parse(k8sExec.read("request.json")).size());
        assertEquals(3, k8sExec.read("arguments").lines().count());

        task.property("failFast", "true").property("trace", "True").run();
        JsonNode request = GoAgent.parse(k8sExec.read("request.json"));
        assertTrue(request.get("failFast").booleanValue());
        assertTrue(request.get("trace").booleanValue());
    }

    @Test
    void names_the_tasks_own_directory_where_gocd_names_none() {
        FakeK8sExec k8sExec = FakeK8sExec.thatDoes(folder, FakeK8sExec.SUCCESS);

        Task.with(folder, k8sExec)
                .workingDirectory(null)
                .property("workingDirectory", "sub")
                .run();

        assertEquals(
                "sub",
                GoAgent.parse(k8sExec.read("request.json"))
                        .get("workingDirectory")
                        .textValue());
    }

    @Test
    void leaves_out_the_last_command_of_another_shell() {
        FakeK8sExec k8sExec = FakeK8sExec.thatDoes(folder, FakeK8sExec.SUCCESS);

        Task.with(folder, k8sExec)
                .variable("_", "/usr/bin/java")
                .variable("__", "kept")
                .run();

        assertEquals(
                "{\"__\":\"kept\"}",
                GoAgent.parse(k8sExec.read("request.json")).get("environment").toString());
    }

    @Test
    void names_no_working_directory_where_gocd_names_none() {
        FakeK8sExec k8sExec = FakeK8sExec.thatDoes(folder, FakeK8sExec.SUCCESS);

        Task.with(folder, k8sExec).workingDirectory(null).run();

        assertFalse(GoAgent.parse(k8sExec.read("request.json")).has("workingDirectory"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  "})
    void runs_a_task_without_a_shell_with_sh(String shell) {
        FakeK8sExec k8sExec = FakeK8sExec.thatDoes(folder, FakeK8sExec.SUCCESS);

        Task.with(folder, k8sExec).shell(shell).run();

        assertEquals(
                "sh", GoAgent.parse(k8sExec.read("request.json")).get("shell").textValue());
    }

    @Test
    void is_not_bothered_by_a_k8s_exec_that_ends_before_it_has_read_the_request() {
        FakeK8sExec k8sExec = FakeK8sExec.withoutReading(
                folder,
                "exec <&-\n"
                        + "result '{\"outcome\":\"error\",\"exitCode\":125,\"error\":\"NO_ROOT\",\"message\":\"why\"}'\nexit 125\n");

        assertEquals(
                "failed: [NO_ROOT] why",
                Task.with(folder, k8sExec)
                        .variable("LARGE", "x".repeat(2_000_000))
                        .run()
                        .toString());
    }

    @Test
    void is_not_bothered_by_a_k8s_exec_that_prints_much_before_it_reads() {
        FakeK8sExec k8sExec = FakeK8sExec.withoutReading(
                folder, "seq 100000\nseq 100000 >&2\ncat > \"$here/request.json\"\n" + FakeK8sExec.SUCCESS);

        assertTrue(Task.with(folder, k8sExec)
                .variable("LARGE", "x".repeat(2_000_000))
                .run()
                .success);
    }

    @Test
    void says_that_the_temporary_folder_is_not_usable() throws IOException {
        Task task = Task.with(folder, FakeK8sExec.thatDoes(folder, FakeK8sExec.SUCCESS));
        Files.delete(task.temporaryFolder);

        String message = task.run().message;

        assertTrue(
                message.startsWith("No file could be created in the agent's temporary folder " + task.temporaryFolder),
                message);
    }

    @Test
    void names_a_variable_that_no_program_can_be_given() {
        String message = Task.with(folder, FakeK8sExec.thatDoes(folder, FakeK8sExec.SUCCESS))
                .run(GoAgent.taskBody("true", "sh", "x", java.util.Map.of("BROKEN", SECRET + "\ud83d")))
                .message;

        assertTrue(message.startsWith("The environment variable BROKEN holds half of a surrogate pair"), message);
        assertFalse(message.contains(SECRET));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "exit 3",
                "kill -KILL $$",
                "result x",
                "rm \"$result_file\"",
                "result '{\"outcome\":\"error\"}'",
                "cat \"$here/request.json\" > \"$result_file\"",
                "sed s/version/outcome/ \"$here/request.json\" > \"$result_file\""
            })
    void never_has_a_value_in_its_message(String commands) {
        Task task = Task.with(folder, FakeK8sExec.thatDoes(folder, commands + "\n"))
                .script("echo " + SECRET)
                .secret("TOKEN", SECRET);

        GoAgent.Answer answer = task.run();

        assertFalse(answer.success);
        assertFalse(answer.message.contains(SECRET), answer.message);
        assertFalse(answer.message.contains("null"), answer.message);
    }

    @Test
    void never_has_a_value_in_an_argument_or_in_a_file() {
        FakeK8sExec k8sExec = FakeK8sExec.thatDoes(
                folder,
                "tr '\\0' '\\n' < /proc/$$/cmdline > \"$here/cmdline\"\n"
                        + "tr '\\0' '\\n' < /proc/$$/environ > \"$here/environ\"\n"
                        + "cat \"$(dirname \"$result_file\")\"/* > \"$here/files\"\n" + FakeK8sExec.SUCCESS);

        assertTrue(Task.with(folder, k8sExec).secret("TOKEN", SECRET).run().success);

        for (String file : List.of("cmdline", "environ", "files", "arguments")) {
            assertFalse(k8sExec.read(file).contains(SECRET), file);
        }
    }

    @Test
    void fails_a_task_whose_output_the_console_did_not_take() {
        Task task = Task.with(
                        folder,
                        FakeK8sExec.thatDoes(
                                folder,
                                "echo one\nuntil [ -e \"$here/one\" ]; do sleep 0.02; done\necho two\n"
                                        + FakeK8sExec.SUCCESS))
                .toRing((tag, line) -> {
                    if (line.equals("one")) {
                        k8sExecGoesOn("one");
                        throw new IllegalStateException("full");
                    }
                });

        assertEquals(
                "failed: The script completed successfully, but GoCD's console did not take all of its output.",
                task.run().toString());
        assertEquals(List.of("&1 two"), task.lines());
    }

    private void k8sExecGoesOn(String file) {
        try {
            Files.createFile(folder.resolve(file));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void prints_the_last_line_before_it_answers() {
        Task task = Task.with(
                folder,
                FakeK8sExec.thatDoes(
                        folder,
                        FakeK8sExec.SUCCESS
                                + "echo error >&2\necho out\nprintf 'no newline'\nprintf 'none here' >&2\n"));

        assertTrue(task.run().success);

        assertEquals(List.of("out", "no newline"), task.lines(GoConsole.STDOUT));
        assertEquals(List.of("error", "none here"), task.lines(GoConsole.STDERR));
    }
}
