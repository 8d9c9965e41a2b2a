package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each thing that can be wrong with a request gets an error of its own, on one line, which names it. */
@Needs(Need.POD)
class BadRequestIT {
    @RegisterExtension
    static final Pod pod = Pod.forClass("GUEST_IMAGE=busybox");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "~~|REQUEST_NOT_JSON|is empty",
                "hello|REQUEST_NOT_JSON|line 1, column",
                "{\"version\":1,|REQUEST_NOT_JSON|line 1",
                "{\"version\":1,\"script\":\"x\"} {}|REQUEST_NOT_JSON|after its end",
                "[1]|REQUEST_NOT_JSON|an array, not an object",
                "{\"script\":\"x\"}|REQUEST_FIELD|field version",
                "{\"version\":1}|REQUEST_FIELD|field script",
                "{\"version\":2,\"script\":\"x\"}|REQUEST_FIELD|version",
                "{\"version\":\"1\",\"script\":\"x\"}|REQUEST_FIELD|field version of the request is a string",
                "{\"version\":1,\"script\":7}|REQUEST_FIELD|field script of the request is a number",
                "{\"version\":1,\"script\":\" \\n\"}|REQUEST_FIELD|script of the request is empty",
                "{\"version\":1,\"script\":\"a\\u0000b\"}|REQUEST_FIELD|NUL",
                "{\"version\":1,\"script\":\"x\",\"shell\":\"fi sh\"}|REQUEST_FIELD|is \"fi sh\"",
                "{\"version\":1,\"script\":\"x\",\"shell\":\"bin/sh\"}|REQUEST_FIELD|is \"bin/sh\"",
                "{\"version\":1,\"script\":\"x\",\"shell\":\"-x\"}|REQUEST_FIELD|is \"-x\"",
                "{\"version\":1,\"script\":\" #!/bin/sh\",\"shell\":\"shebang\"}|REQUEST_FIELD|whose first line is #!",
                "{\"version\":1,\"script\":\"#!sh\",\"shell\":\"shebang\"}|REQUEST_FIELD|whose first line is #!",
                "{\"version\":1,\"script\":\"x\",\"failFast\":\"true\"}|REQUEST_FIELD|field failFast of the "
                        + "request is a string",
                "{\"version\":1,\"script\":\"x\",\"trace\":1}|REQUEST_FIELD|field trace of the request is a number",
                "{\"version\":1,\"script\":\"x\",\"shell\":\"python3\",\"failFast\":true}|REQUEST_FIELD|failFast "
                        + "of the request is true for \"python3\"",
                "{\"version\":1,\"script\":\"#!/usr/bin/env "
                        + "perl\",\"shell\":\"shebang\",\"trace\":true}|REQUEST_FIELD|trace of the request is "
                        + "true for \"perl\"",
                "{\"version\":1,\"script\":\"x\",\"shell\":null}|REQUEST_FIELD|field shell of the request is null",
                "{\"version\":1,\"script\":\"x\",\"shel\":\"sh\"}|REQUEST_FIELD|field \"shel\"",
                "{\"version\":1,\"script\":\"x\",\"script\":\"y\"}|REQUEST_FIELD|twice",
                "{\"version\":1,\"script\":\"x\",\"workingDirectory\":[]}|REQUEST_FIELD|workingDirectory of the "
                        + "request is an array",
                "{\"version\":1,\"script\":\"x\",\"environment\":\"A=b\"}|REQUEST_FIELD|environment of the "
                        + "request is a string",
                "{\"version\":1,\"script\":\"x\",\"environment\":{\"A\":true}}|REQUEST_FIELD|environment.\"A\" of "
                        + "the request is a boolean",
                "{\"version\":1,\"script\":\"x\",\"environment\":{\"A=B\":\"secret\"}}|REQUEST_FIELD|environment.\"A=B\"",
                "{\"version\":1,\"script\":\"x\",\"environment\":{\"A\":\"secret\\ud800\"}}|REQUEST_FIELD|environment.\"A\"",
                "{\"version\":1,\"script\":\"x\",\"environment\":{\"K8S_EXEC_RUN_ID\":\"secret\"}}|REQUEST_FIELD|kept for k8s-exec",
                "{\"version\":1,\"script\":\"x\",\"workingDirectory\":\"../etc\"}|WORKING_DIRECTORY_OUTSIDE|\"../etc\"",
                "{\"version\":1,\"script\":\"x\",\"workingDirectory\":\"/etc\"}|WORKING_DIRECTORY_OUTSIDE|\"/etc\"",
                "{\"version\":1,\"script\":\"x\",\"workingDirectory\":\"no/such\"}|WORKING_DIRECTORY_MISSING|/go/no/such is not there, in the agent neither",
            })
    void a_wrong_request_is_refused(String request, String id, String words) {
        var result = pod.k8sExec(request, "run").assertExitCode(125).assertError(id, words);

        assertTrue(!result.errors().contains("secret"), result.toString());
        assertEquals("", result.text());
    }

    @Test
    void a_variable_longer_than_linux_takes_is_refused_by_name() {
        pod.k8sExec(Pod.request("sh", "echo ran", Map.of("BIG", "x".repeat(140_000))), "run")
                .assertExitCode(125)
                .assertError("VARIABLE_TOO_LARGE", "environment.\"BIG\"", "140004 bytes", "131071");
        pod.k8sExec(Pod.request("sh", "echo ${#BIG}", Map.of("BIG", "x".repeat(131_067))), "run")
                .assertExitCode(0);
    }

    @Test
    void an_environment_larger_than_linux_takes_is_an_error_of_its_own() {
        Map<String, String> environment = new java.util.HashMap<>();
        for (int i = 0; i < 70; i++) {
            environment.put("V" + i, "x".repeat(100_000));
        }
        pod.k8sExec(Pod.request("sh", "echo ran", environment), "run")
                .assertExitCode(126)
                .assertError("SHELL_FAILED", "sh");
    }

    @Test
    void long_names_and_scripts_are_no_fault_of_ours() {
        pod.k8sExec(Pod.request("sh", "exit 3", Map.of("N".repeat(60_000), "x")), "run")
                .assertExitCode(3);
        pod.k8sExec(Pod.request("sh", "exit 4\n" + "#".repeat(21_000_000), Map.of()), "run")
                .assertExitCode(4);
        pod.k8sExec("{\"version\":" + "1".repeat(2000) + "}", "run")
                .assertExitCode(125)
                .assertError("REQUEST_FIELD", "version");
    }
}
