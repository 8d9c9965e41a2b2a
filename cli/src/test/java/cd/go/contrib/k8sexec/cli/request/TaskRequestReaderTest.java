package cd.go.contrib.k8sexec.cli.request;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.protocol.Interpreter;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TaskRequestReaderTest {

    @Test
    void all_fields_are_read() {
        TaskRequest request = read("""
            {"version": 1, "script": "a\\r\\nb\\rc\\n", "shell": "zsh", "workingDirectory": "pipelines/x",
             "environment": {"B": "", "A": "é'\\n"}, "container": "tools"}
            """);

        assertEquals(
                new TaskRequest(
                        "a\nb\nc\n",
                        interpreter("zsh"),
                        "pipelines/x",
                        Map.of("B", "", "A", "\u00c3\u00a9'\n"),
                        Optional.of("tools")),
                request);
        assertEquals(List.of("B", "A"), List.copyOf(request.environment().keySet()));
    }

    @Test
    void only_version_and_script_are_required() {
        assertEquals(
                new TaskRequest("x", interpreter("sh"), "", Map.of(), Optional.empty()),
                read("{\"script\":\"x\",\"version\":1}"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            nullValues = "-",
            value = {
                "bash|x|-|bash",
                "zsh|x|failFast|zsh -e -o pipefail",
                "bash|x|failFast trace|bash -e -o pipefail -x",
                "sh|x|failFast trace|sh -e -x",
                "-|x|failFast|sh -e",
                "/opt/my shells/ksh|x|trace|/opt/my shells/ksh -x",
                "python3.12|x|-|python3.12",
                "/usr/bin/pwsh|#!/bin/sh|-|/usr/bin/pwsh",
                "node|x|-|node --preserve-symlinks-main",
                "shebang|#!/usr/bin/perl|-|/usr/bin/perl",
                "shebang|#! \\t/usr/bin/perl \\t-w -T\\t \\n#!/bin/sh|-|/usr/bin/perl,-w -T",
                "shebang|#!/bin/bash -u\\r\\nx|failFast|/bin/bash -u -e -o pipefail",
                "shebang|#!/usr/bin/env bash|failFast trace|/usr/bin/env bash -e -o pipefail -x",
                "shebang|#!/bin/sh -|failFast trace|/bin/sh -e -x -",
                "shebang|#!/bin/bash --|trace|/bin/bash -x --",
                "shebang|#!/usr/bin/env -S node --use-strict|-|/usr/bin/env,-S node "
                        + "--use-strict,--preserve-symlinks-main",
            })
    void the_shell_may_be_any_interpreter(String shell, String script, String flags, String words) {
        String json =
                "{\"version\":1,\"script\":\"" + script + "\"" + (shell == null ? "" : ",\"shell\":\"" + shell + "\"")
                        + (flags == null
                                ? ""
                                : Stream.of(flags.split(" "))
                                        .map(flag -> ",\"" + flag + "\":true")
                                        .collect(Collectors.joining()))
                        + "}";

        assertEquals(
                words,
                String.join(
                        words.contains(",") ? "," : " ",
                        read(json).interpreter().words()));
    }

    @ParameterizedTest
    @CsvSource({
        "/usr/bin/env python3,/usr/bin/env python3,python3",
        "/usr/bin/env -S python3 -u,/usr/bin/env python3,python3",
        "/usr/bin/env -S A=b python3,/usr/bin/env,env",
        "/usr/bin/perl -w,/usr/bin/perl,perl",
        "/bin/env -i,/bin/env,env"
    })
    void the_program_behind_env_is_required_too(String line, String required, String name) {
        Interpreter interpreter = read("{\"version\":1,\"shell\":\"shebang\",\"script\":\"#!" + line + "\"}")
                .interpreter();

        assertEquals(required, String.join(" ", interpreter.required()));
        assertEquals(name, interpreter.name());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"version\":1,\"script\":\"secret",
                "{\"version\":1,\"script\":secret}",
                "{\"version\":1 \"secret\"}",
                "\"secret\"",
                "{\"version\":1,\"script\":\"x\"}secret"
            })
    void a_json_error_does_not_quote_the_input(String json) {
        K8sExecException e = assertThrows(K8sExecException.class, () -> read(json));

        assertEquals(ErrorId.REQUEST_NOT_JSON, e.id());
        assertFalse(e.getMessage().contains("secret"), e.getMessage());
    }

    @Test
    void bytes_that_are_not_utf8_are_refused() {
        byte[] latin1 = "{\"version\":1,\"script\":\"é\"}".getBytes(StandardCharsets.ISO_8859_1);

        assertTrue(assertThrows(K8sExecException.class, () -> TaskRequestReader.read(new ByteArrayInputStream(latin1)))
                .getMessage()
                .contains("not UTF-8"));
    }

    @Test
    void a_long_or_many_lined_value_is_shortened_in_the_message() {
        String message = assertThrows(
                        K8sExecException.class,
                        () -> read("{\"version\":1,\"script\":\"x\",\"shell\":\"a\\nb" + "c".repeat(1000) + "\"}"))
                .getMessage();

        assertTrue(message.contains("\"a\\nbccc") && message.contains("c…\"") && message.length() < 400, message);
        assertFalse(message.contains("\n"), message);
    }

    private static Interpreter interpreter(String shell) {
        return assertDoesNotThrow(() -> Interpreter.of(shell, "x"));
    }

    private static TaskRequest read(String json) {
        return TaskRequestReader.read(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)));
    }
}
