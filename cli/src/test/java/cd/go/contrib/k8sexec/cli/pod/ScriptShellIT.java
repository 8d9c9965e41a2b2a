package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.cli.pod.Pod.Result;
import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What runs the script: a shell with its options, or any other program of the guest. */
@Needs(Need.POD)
class ScriptShellIT {
    @RegisterExtension
    static final Pod pod = Pod.forClass("GUEST_IMAGE=debian");

    @Needs({Need.DASH, Need.ZSH})
    @ParameterizedTest
    @ValueSource(strings = {"bash", "zsh", "sh"})
    void the_shell_is_the_one_that_was_asked_for(String shell) {
        Result result = pod.run(shell, "readlink /proc/$$/exe").assertExitCode(0);

        assertTrue(result.text().strip().endsWith(shell.equals("sh") ? "/dash" : "/" + shell), result.toString());
    }

    @Needs({Need.NODE, Need.PERL, Need.PYTHON})
    @Test
    void the_interpreter_may_be_any_program_of_the_guest() {
        assertEquals(
                "python é\n",
                pod.run("python3", "import sys\nprint('python', 'é')")
                        .assertExitCode(0)
                        .text());
        assertEquals(
                "perl\n",
                pod.run("/usr/bin/perl", "print 'perl', \"\\n\"")
                        .assertExitCode(0)
                        .text());
        assertEquals(
                "node\n",
                pod.run("node", "console.log('node')").assertExitCode(0).text());
        pod.run("python3", "raise SystemExit(7)").assertExitCode(7);
    }

    @Needs({Need.NODE, Need.PYTHON})
    @Test
    void a_script_may_say_itself_what_runs_it() {
        assertEquals(
                "2 1\n",
                pod.run(
                                "shebang",
                                "#!/usr/bin/env python3\nimport sys\nprint(sys._getframe().f_lineno - 1, "
                                        + "len(sys.argv))")
                        .text());
        assertEquals(
                "-w -W\n",
                pod.run("shebang", "#! /bin/echo   -w -W  \n")
                        .text()
                        .replaceAll(" /(proc/\\d+/fd/9|tmp/.*/script)", ""));
        assertEquals(
                "node\n",
                pod.run("shebang", "#!/usr/bin/env node\nconsole.log('node')")
                        .assertExitCode(0)
                        .text());
    }

    @Needs({Need.DASH, Need.ZSH})
    @ParameterizedTest
    @CsvSource({"bash,1,''", "zsh,1,''", "sh,0,after", "dash,0,after"})
    void fail_fast_ends_the_script_at_the_first_failure_and_in_a_pipe_where_the_shell_can(
            String shell, int exitCode, String output) {
        pod.k8sExec(flags(shell, "echo before\\n/bin/false\\necho after", "failFast"), "run")
                .assertExitCode(1);
        Result piped = pod.k8sExec(flags(shell, "false | true\\necho after", "failFast"), "run")
                .assertExitCode(exitCode);

        assertEquals(output, piped.text().strip());
        assertEquals(
                "after\n", pod.run(shell, "false\necho after").assertExitCode(0).text());
    }

    @Needs(Need.ZSH)
    @ParameterizedTest
    @ValueSource(strings = {"bash", "zsh", "sh"})
    void trace_shows_each_command_and_leaves_line_numbers_true(String shell) {
        Result result = pod.k8sExec(flags(shell, "A=1\\necho $A\\nno-such-command", "trace"), "run")
                .assertExitCode(127);

        assertEquals("1\n", result.text());
        assertTrue(result.errors().matches("(?s).*[+>] A=1 ?\n.*[+>] echo 1\n.*"), result.errors());
        assertTrue(
                Pattern.compile("(fd/9|/script):( line)? ?3: ")
                        .matcher(result.errors())
                        .find(),
                result.errors());
    }

    private static String flags(String shell, String script, String flag) {
        return "{\"version\":1,\"shell\":\"" + shell + "\",\"script\":\"" + script + "\",\"" + flag + "\":true}";
    }

    @Test
    void line_ends_become_lf() {
        assertEquals(
                "a\nb\n",
                pod.run("sh", "echo a\r\nif true\rthen echo b\r\nfi\r\n")
                        .assertExitCode(0)
                        .text());
    }

    @Needs(Need.PYTHON)
    @Test
    void what_is_no_shell_knows_the_working_directory_too() {
        pod.exec("agent", "mkdir", "-p", "/go/a b").assertExitCode(0);
        String request = "{\"version\":1,\"shell\":\"python3\",\"script\":\"import os; print(os.environ['PWD'], "
                + "os.getcwd())\",\"workingDirectory\":\"a b\"}";

        assertEquals(
                "/go/a b /go/a b\n",
                pod.k8sExec(request, "run").assertExitCode(0).text());
        pod.exec("agent", "rmdir", "/go/a b").assertExitCode(0);
    }

    @Test
    void the_shell_is_looked_for_along_the_scripts_path() {
        pod.exec(
                        "guest",
                        "sh",
                        "-c",
                        "mkdir -p /opt/no/bash /opt/not /opt/yes; touch /opt/not/bash; printf '#!/bin/sh\\necho "
                                + "mine' >/opt/yes/bash; "
                                + "chmod 755 /opt/yes/bash; mkdir /go/own; cp /opt/yes/bash /go/own")
                .assertExitCode(0);

        assertEquals(
                "mine\n",
                pod.k8sExec(
                                Pod.request(
                                        "bash",
                                        ":",
                                        Map.of("PATH", "/opt/none:/opt/no:/opt/not:/opt/yes:/usr/bin:/bin")),
                                "run")
                        .assertExitCode(0)
                        .text());
        String request =
                "{\"version\":1,\"shell\":\"bash\",\"script\":\":\",\"workingDirectory\":\"own\",\"environment\":{\"PATH\":\":/usr/bin:/bin\"}}";
        assertEquals("mine\n", pod.k8sExec(request, "run").assertExitCode(0).text());
        pod.exec("agent", "rm", "-r", "/go/own").assertExitCode(0);
    }

    @Test
    void bytes_of_the_script_arrive_as_they_are() {
        assertArrayEquals(
                "é漢🚀\t\\$\n".getBytes(),
                pod.k8sExec(Map.of("LANG", "C"), Pod.request("bash", "printf '%s\\n' 'é漢🚀\t\\$'", Map.of()), "run")
                        .out());
    }
}
