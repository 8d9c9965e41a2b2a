package cd.go.contrib.k8sexec.cli.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The completion that the build made, in the shells themselves. */
@Tag("without-k8s-exec")
class CompletionIT {
    private static final Path SCRIPTS = Path.of("target/completion").toAbsolutePath();

    /** What bash would offer for the last of the words that follow the script. */
    private static final String BASH = """
        . "$0"
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
        read -r _ _ function _ < <(complete -p k8s-exec)
        $function
        printf '%s\\n' "${COMPREPLY[@]}"
        """;

    /** In an interactive zsh: the line $2 after the key Tab, with completion functions from the folder $1. */
    private static final String ZSH = """
        zmodload zsh/zpty
        zpty shell zsh -f -i
        zpty -w shell "PS1=; fpath=($1 \\$fpath); autoload -U compinit; compinit -u -D
            show() { print -r -- \\"<\\$BUFFER>\\" }; zle -N show; bindkey '^X' show; print rea''dy"
        zpty -r shell output '*ready*'
        zpty -w -n shell "$2"$'\\t\\x18'
        zpty -r shell output '*<*>*'
        print -r -- ${${output%>*}##*<}
        zpty -d shell
        """;

    @TempDir
    static Path directory;

    @BeforeAll
    static void fill() throws IOException {
        Files.createDirectory(directory.resolve("shared"));
        Files.createFile(directory.resolve("shaft"));
        Files.createFile(directory.resolve("result.json"));
    }

    @Needs({Need.BASH, Need.FISH})
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "k8s-exec ru|run",
                "k8s-exec run --dr|--dry-run",
                "k8s-exec run --user ta|target",
                "k8s-exec run --user=|agent target",
                "k8s-exec run --user=ta|target",
                "k8s-exec run --pid |",
                "k8s-exec run --result res|result.json",
                "k8s-exec run --result sha|shaft shared",
                "k8s-exec run --shared-root sha|shared",
                "k8s-exec --help gc --gr|--grace",
                "k8s-exec install s|shared",
                "k8s-exec explain NSENTER_|NSENTER_FAILED NSENTER_MISSING",
                "k8s-exec explain -|--help -h",
                "k8s-exec resume -|--help -h",
                "k8s-exec run -- -|",
            })
    void bash_and_fish_offer_what_can_follow(String line, String expected) throws Exception {
        assertEquals(words(expected), bash(line), "bash");
        assertEquals(words(expected), fish(line), "fish");
    }

    @Needs(Need.ZSH)
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "k8s-exec ru|k8s-exec run ",
                "k8s-exec run --dr|k8s-exec run --dry-run ",
                "k8s-exec run --user ta|k8s-exec run --user target ",
                "k8s-exec run --user=ta|k8s-exec run --user=target ",
                "k8s-exec run --result res|k8s-exec run --result result.json ",
                "k8s-exec run --shared-root sha|k8s-exec run --shared-root shared/",
                "k8s-exec gc --gr|k8s-exec gc --grace=",
                "k8s-exec install s|k8s-exec install shared/",
                "k8s-exec explain NSENTER_M|k8s-exec explain NSENTER_MISSING ",
            })
    void zsh_completes_what_is_clear(String line, String expected) throws Exception {
        assertEquals(expected + "\n", run("zsh", "-f", "-c", ZSH, "zsh", SCRIPTS.toString(), line));
    }

    private static Set<String> words(String text) {
        return text == null ? Set.of() : new TreeSet<>(List.of(text.split(" ")));
    }

    private static Set<String> bash(String line) throws Exception {
        // as bash splits it: = is a word, and so is nothing after a space
        List<String> command = new ArrayList<>(List.of(
                "bash", "--norc", "-c", BASH, SCRIPTS.resolve("k8s-exec.bash").toString()));
        command.addAll(List.of(line.replace("=", " = ").stripTrailing().split(" ")));
        if (line.endsWith(" ")) {
            command.add("");
        }
        return run(command.toArray(String[]::new))
                .lines()
                .filter(word -> !word.isEmpty())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> fish(String line) throws Exception {
        String offered = run(
                "fish",
                "--no-config",
                "-c",
                "source " + SCRIPTS.resolve("k8s-exec.fish") + "; complete -C '" + line + "'");
        // with a description after a tab; directories end with /
        return offered.lines()
                .map(word ->
                        word.replaceFirst("\t.*", "").replaceFirst("/$", "").replaceFirst("^--user=", ""))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String run(String... command) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("HOME", directory.toString());
        Stream.of("XDG_CONFIG_HOME", "XDG_DATA_HOME").forEach(builder.environment()::remove);
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        return output;
    }
}
