package cd.go.contrib.k8sexec.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import cd.go.contrib.k8sexec.cli.enter.HeldPlace;
import cd.go.contrib.k8sexec.cli.enter.ScriptEnvironment;
import cd.go.contrib.k8sexec.cli.enter.User;
import cd.go.contrib.k8sexec.cli.platform.Identity;
import cd.go.contrib.k8sexec.cli.staging.RunId;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeldRunTest {
    private static final RunId RUN = RunId.create(Run.origin(ProcFs.mounted()), 12, 3456);

    private static HeldRun run(Optional<Identity> user, Map<String, String> variables) {
        return new HeldRun(
                "exit code 3",
                Instant.parse("2026-11-26T19:05:31Z"),
                new HeldPlace(
                        List.of("relay", "tools", "/re lay", ""),
                        new User(user),
                        "/go/we\n b\u00ff",
                        RUN,
                        new ScriptEnvironment(variables, "/usr/bin:")));
    }

    @Test
    void what_another_process_reads_is_what_was_written() {
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put("LAST", "a=b=\n'\"\u00ff\u00fe\u0080");
        variables.put("EMPTY", "");
        variables.put("FIRST.not", " ");
        HeldRun held = run(Optional.of(new Identity(1000, 4294967294L, List.of(5L, 6L))), variables);

        HeldRun read = HeldRun.of(held.toBytes()).orElseThrow();

        assertEquals(held, read);
        assertEquals(
                List.copyOf(variables.entrySet()),
                List.copyOf(read.place().environment().variables().entrySet()));
    }

    @Test
    void the_agents_own_user_and_no_variable_too() {
        HeldRun held = run(Optional.empty(), Map.of());

        assertEquals(Optional.of(held), HeldRun.of(held.toBytes()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "#!/bin/sh\nexit",
                "k8s-exec hold 2\0exit code 3\0001\0000\0\0/\0",
                "k8s-exec hold 1\0exit code 3\0soon\0000\0\0/\0",
                "k8s-exec hold 1\0exit code 3\0001\0009\0\0/\0",
                "k8s-exec hold 1"
            })
    void what_is_something_else_is_none(String content) {
        assertEquals(Optional.empty(), HeldRun.of(content.getBytes()));
    }
}
