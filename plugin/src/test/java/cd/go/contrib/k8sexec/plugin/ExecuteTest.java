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
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The task with a shell script in the place of k8s-exec: what k8s-exec is given, and what is made of its answer. */
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

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{'outcome':'exited','exitCode':0}|passed: Script completed successfully.",
                "{'outcome':'exited','exitCode':3,'signal':null,'error':null}|failed: Script completed with exit "
                        + "code: 3.",
                "{'outcome':'exited','exitCode':125}|failed: Script completed with exit code: 125.",
                "{'outcome':'signaled','exitCode':137,'signal':'KILL'}"
                        + "|failed: Script was killed by SIGKILL, exit code: 137.",
                "{'outcome':'signaled','exitCode':137,'signal':'KILL','reason':'the limit was reached'}"
                        + "|failed: Script was killed by SIGKILL, exit code: 137. The limit was reached.",
                "{'outcome':'exited','exitCode':2,'signal':null,'reason':'the limit was reached'}"
                        + "|failed: Script completed with exit code: 2. The limit was reached.",
                "{'outcome':'timedOut','exitCode':124,'signal':null,'reason':null}"
                        + "|failed: Script was ended because it ran longer than its timeout, exit code: 124.",
                "{'outcome':'signaled','exitCode':139,'signal':null}"
                        + "|failed: Script was killed by SIGSEGV, exit code: 139.",
                "{'outcome':'signaled','exitCode':162,'signal':null}|failed: Script was killed by signal 34, exit "
                        + "code: 162.",
                "{'outcome':'canceled','exitCode':143,'signal':'TERM'}|failed: Script was canceled by SIGTERM, "
                        + "exit code: 143.",
                "{'outcome':'error','exitCode':125,'error':'PID_DEAD','message':'No process 7. Set it.'}"
                        + "|failed: [PID_DEAD] No process 7. Set it.",
                "{'outcome':'error','exitCode':125,'error':'PID_DEAD','message':null}"
                        + "|failed: [PID_DEAD] k8s-exec gave no reason.",
                "{'outcome':'exited','exitCode':0,'newer':{'field':[1]}}|passed: Script completed successfully."
            })
    void says_how_the_script_ended(String result, String answer) {
        FakeK8sExec k8sExec = FakeK8sExec.thatDoes(folder, "result '" + result.replace('\'', '"') + "'\nexit 42\n");

        assertEquals(answer, Task.with(folder, k8sExec).run().toString());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "exit 0|0|its result file is empty",
                "exit 5|5|its result file is empty",
                "rm \"$result_file\"|0|its result file is gone",
                "rm \"$result_file\"; mkdir \"$result_file\"|0|its result file is gone",
                "result 'exited 0'|0|its result file is not JSON",
                "result '{\"outcome\":\"exited\",'; exit 7|7|its result file is not JSON",
                "result '[]'|0|its result file has no outcome that this plugin knows",
                "result '{\"outcome\":\"EXITED\",\"exitCode\":0}'|0|its result file has no outcome that this "
                        + "plugin knows",
                "result '{\"exitCode\":0}'|0|its result file has no outcome that this plugin knows",
                "result '{\"outcome\":\"exited\"}'|0|its result file has no exit code",
                "result '{\"outcome\":\"exited\",\"exitCode\":\"0\"}'|0|its result file has no exit code"
            })
    void never_takes_the_exit_code_for_the_outcome(String commands, int exitCode, String reason) {
        FakeK8sExec k8sExec = FakeK8sExec.thatDoes(folder, "echo printed\n" + commands + "\n");
        Task task = Task.with(folder, k8sExec);

        assertEquals(
                "failed: k8s-exec ended with exit code " + exitCode + " without saying how the script ended: " + reason
                        + ". What it printed is above.",
                task.run().toString());
        assertEquals(List.of("&1 printed"), task.lines());
        assertFalse(k8sExec.has("gc-ran"));
    }

    @Test
    void says_that_k8s_exec_was_killed_and_sweeps_what_it_left() {
        FakeK8sExec k8sExec = FakeK8sExec.thatDoes(folder, "kill -KILL $$\n");
        Task task = Task.with(folder, k8sExec);

        assertEquals(
                "failed: k8s-exec ended with exit code 137 (killed by SIGKILL) without saying how the script "
                        + "ended: its result file is empty. What it printed is above.",
                task.run().toString());
        assertTrue(k8sExec.has("gc-ran"));
        assertEquals(List.of(), task.filesLeft());
    }

    @Test
    void says_what_to_do_if_the_sweep_fails() {
        FakeK8sExec k8sExec =
                FakeK8sExec.thatDoes(folder, "sed -i 's/exit 0/exit 1/' \"$here/k8s-exec\"\nkill -KILL $$\n");

        String message = Task.with(folder, k8sExec).run().message;

        assertTrue(
                message.contains("Its processes and files may be left: run k8s-exec gc in the agent's container."),
                message);
    }

    @Test
    void does_not_wait_for_a_sweep_that_hangs() {
        FakeK8sExec k8sExec =
                FakeK8sExec.thatDoes(folder, "sed -i 's/exit 0/exec sleep 30/' \"$here/k8s-exec\"\nkill -KILL $$\n");
        long start = System.nanoTime();

        Task.with(folder, k8sExec)
                .patience(Duration.ofSeconds(1), Duration.ofSeconds(1))
                .run();

        assertTrue(System.nanoTime() - start < Duration.ofSeconds(10).toNanos());
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
    void finds_k8s_exec_in_the_path_then_in_its_usual_place() {
        FakeK8sExec usual = FakeK8sExec.thatDoes(folder.resolve("usual"), FakeK8sExec.SUCCESS);
        FakeK8sExec inPath = FakeK8sExec.thatDoes(folder.resolve("in path"), FakeK8sExec.SUCCESS);
        Task task = new Task(folder).usualExecutable(usual.path());

        assertTrue(task.agentVariable("PATH", "").run().success);
        assertTrue(usual.has("arguments"));
        assertTrue(task.agentVariable("PATH", ":/nowhere:" + inPath.path().getParent())
                .run()
                .success);
        assertTrue(inPath.has("arguments"));
    }

    @Test
    void says_where_it_looked_for_k8s_exec() {
        Task task = new Task(folder).agentVariable("PATH", "/nowhere:" + folder);

        assertEquals(
                "failed: k8s-exec was not found on this agent, so nothing was run. Looked in the agent's PATH "
                        + "(/nowhere:"
                        + folder + ") and for /nowhere/k8s-exec. Use an agent image with k8s-exec in it,"
                        + " or set K8S_EXEC in the agent's container to the path of k8s-exec.",
                task.run().toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"missing", ".", "not-executable", "\0"})
    void does_not_look_elsewhere_if_the_agent_says_where_k8s_exec_is(String name) throws IOException {
        FakeK8sExec usual = FakeK8sExec.thatDoes(folder.resolve("usual"), FakeK8sExec.SUCCESS);
        Files.writeString(folder.resolve("not-executable"), "");
        String wrong = folder + "/" + name;

        GoAgent.Answer answer = new Task(folder)
                .usualExecutable(usual.path())
                .agentVariable("K8S_EXEC", wrong)
                .run();

        assertEquals(
                "failed: The agent's environment variable K8S_EXEC is " + wrong + ", which is not an executable file."
                        + " Nothing was run. Set it to the path of k8s-exec in the agent's container, or unset it "
                        + "to have k8s-exec looked for.",
                answer.toString());
    }

    @Test
    void says_why_k8s_exec_could_not_be_started() {
        FakeK8sExec k8sExec = FakeK8sExec.thatDoes(folder, "");
        k8sExec.write("k8s-exec", "#!/nowhere/bash\n");
        Task task = Task.with(folder, k8sExec);

        String message = task.run().message;

        assertTrue(
                message.startsWith("k8s-exec could not be started: " + k8sExec.path() + ". The system's reason: "),
                message);
        assertTrue(message.contains("No such file or directory"), message);
        assertEquals(List.of(), task.filesLeft());
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
                        folder, FakeK8sExec.thatDoes(folder, "echo one\nsleep 0.3\necho two\n" + FakeK8sExec.SUCCESS))
                .toRing((tag, line) -> {
                    if (line.equals("one")) {
                        throw new IllegalStateException("full");
                    }
                });

        assertEquals(
                "failed: The script completed successfully, but GoCD's console did not take all of its output.",
                task.run().toString());
        assertEquals(List.of("&1 two"), task.lines());
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
