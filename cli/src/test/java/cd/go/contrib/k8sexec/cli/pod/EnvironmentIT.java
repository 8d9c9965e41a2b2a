package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the script sees of GoCD's variables and of the guest's own, byte for byte. */
@Needs(Need.POD)
class EnvironmentIT {
    private static final List<String> VALUES = List.of(
            "",
            " ",
            "'",
            "\"",
            "''",
            "`id`",
            "$(id)",
            "$HOME",
            "${x:-y}",
            "\\",
            "\\n",
            "\\\\'",
            "a\nb",
            "\n",
            "a\n\n",
            "\t",
            "a'b\"c`d$e\\f\ng",
            "é漢🚀",
            "%s%n",
            "-n",
            "!!",
            "#",
            "~",
            "*",
            "a=b",
            "\u0001\u007f",
            "a\rb",
            "*/ || exit 9; '\"");

    private static final String PROFILE = """
        export GO_EA_AUTO_REGISTER_KEY=register-key GO_K8S_CONTAINER_PID=1 K8S_EXEC_CONTAINER=tools
        export OWN='of the guest' OVERRIDDEN=guest BYTES='\u00ff\u00fe\u0080' PATH="$PATH:/opt/tools"
        """;

    @RegisterExtension
    static final Pods PODS = new Pods(PROFILE);

    @Needs(Need.ZSH)
    @Tag("smoke")
    @ParameterizedTest
    @CsvSource({
        "debian,bash,",
        "debian,bash,C",
        "debian,bash,C.UTF-8",
        "debian,zsh,",
        "debian,zsh,C",
        "debian,zsh,C.UTF-8",
        "debian,sh,",
        "debian,sh,C",
        "debian,sh,C.UTF-8",
        "busybox,sh,",
        "busybox,sh,C",
        "busybox,sh,C.UTF-8"
    })
    void values_arrive_byte_for_byte_in_every_shell_and_locale(String image, String shell, String agentLang)
            throws IOException {
        assertArrive(image, shell, agentLang, VALUES);
        assertArrive(image, shell, agentLang, List.of("x".repeat(100_000) + "'"));
    }

    @Needs(Need.ZSH)
    @ParameterizedTest
    @CsvSource({"debian,bash", "debian,zsh", "debian,sh", "busybox,sh"})
    void random_values_arrive_byte_for_byte(String image, String shell) throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        String alphabet = "'\"`$\\\n\t\r (){}[]|&;<>*?!#~=%-aZ0é漢\uD83D";
        for (int round = 0; round < 5; round++) {
            List<String> values = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                values.add(random.ints(random.nextInt(60), 0, alphabet.length())
                        .mapToObj(c -> alphabet.charAt(c) == '\uD83D' ? "🚀" : alphabet.substring(c, c + 1))
                        .collect(Collectors.joining()));
            }
            assertArrive(image, shell, "C", values, "seed " + seed);
        }
    }

    @Needs(Need.ZSH)
    @ParameterizedTest
    @CsvSource({"debian,bash", "debian,zsh", "debian,sh", "busybox,sh"})
    void a_thousand_variables_of_one_megabyte_arrive(String image, String shell) throws IOException {
        List<String> values = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            values.add("v" + i + "'".repeat(i % 7) + "x".repeat(1000));
        }
        assertArrive(image, shell, "C", values);
    }

    @Test
    void the_environment_is_the_guests_own_with_gocds_on_top() {
        var result = PODS.get("debian")
                .k8sExec(
                        Pod.request(
                                "bash",
                                "printf '%s|' \"$OWN\" \"$OVERRIDDEN\" \"$PATH\" \"$HOSTNAME\"",
                                Map.of("OVERRIDDEN", "gocd")),
                        "run")
                .assertExitCode(0);

        assertEquals(
                "of the guest|gocd|/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/tools|pod|",
                result.text());
    }

    @Needs(Need.ZSH)
    @Tag("smoke")
    @ParameterizedTest
    @CsvSource({"debian,bash", "debian,zsh", "debian,sh", "busybox,sh"})
    void bytes_of_the_guest_that_are_no_text_arrive(String image, String shell) {
        assertArrayEquals(
                new byte[] {(byte) 0xff, (byte) 0xfe, (byte) 0x80},
                PODS.get(image).run(shell, "printf %s \"$BYTES\"").out());
    }

    @Test
    void the_register_key_and_our_own_settings_are_not_shown_to_the_script() {
        String names = PODS.get("debian")
                .run("bash", "tr '\\0' '\\n' </proc/$$/environ; env")
                .text();

        assertTrue(names.contains("OWN="), names);
        assertTrue(names.contains("K8S_EXEC_RUN_ID="), names);
        assertFalse(
                names.contains("GO_EA_")
                        || names.contains("register-key")
                        || names.contains("GO_K8S_")
                        || names.contains("K8S_EXEC_CONTAINER")
                        || names.contains("OLDPWD=/"),
                names);
    }

    @Test
    void a_preload_of_the_pipeline_is_not_loaded_into_nsenter() {
        var result = PODS.get("debian")
                .k8sExec(
                        Pod.request("sh", "echo \"$LD_PRELOAD\" 2>/dev/null", Map.of("LD_PRELOAD", "/go/none.so")),
                        "run");

        // ld.so complains for each program that has it in its environment: the script's shell alone
        assertEquals("/go/none.so\n", result.assertExitCode(0).text());
        assertEquals(
                1,
                result.errors()
                        .lines()
                        .filter(line -> line.contains("/go/none.so"))
                        .count(),
                result.toString());
    }

    private static void assertArrive(String image, String shell, String agentLang, List<String> values, String... hint)
            throws IOException {
        Map<String, String> environment = new LinkedHashMap<>();
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        StringBuilder script = new StringBuilder();
        for (int i = 0; i < values.size(); i++) {
            environment.put("V" + i, values.get(i));
            script.append("printf '%s\\0' \"$V").append(i).append("\"\n");
            expected.write(values.get(i).getBytes(StandardCharsets.UTF_8));
            expected.write(0);
        }
        Map<String, String> lang = agentLang == null ? Map.of() : Map.of("LANG", agentLang);
        var result = PODS.get(image)
                .k8sExec(lang, Pod.request(shell, script.toString(), environment), "run")
                .assertExitCode(0);

        assertArrayEquals(expected.toByteArray(), result.out(), String.join(" ", hint));
    }
}
