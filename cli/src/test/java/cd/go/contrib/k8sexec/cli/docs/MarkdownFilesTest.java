package cd.go.contrib.k8sexec.cli.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.cli.command.K8sExec;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What can be checked of the documentation: its links, what it quotes, and the names of commands and variables. */
class MarkdownFilesTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Set<String> NOT_OURS = Set.of(".git", "target", "node_modules");

    private static final Pattern FENCED = Pattern.compile("^```.*?^```$", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern CODE = Pattern.compile("`[^`\n]+`");
    private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("^#+ (.+)$", Pattern.MULTILINE);
    private static final Pattern QUOTATION =
            Pattern.compile("^<!-- from (\\S+) -->\n```\\w*\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);
    /** In code; a message that ends in " …" begins so too. */
    private static final Pattern COMMAND =
            Pattern.compile("(?:`|^ {4}|-- )k8s-exec ([a-z]+)(?![^`\n]* ….?`)", Pattern.MULTILINE);

    private static final Pattern VARIABLE = Pattern.compile("GO_K8S_[A-Z_]*[A-Z]");

    private static final Map<Path, String> FILES = new TreeMap<>();

    @BeforeAll
    static void read() throws IOException {
        Files.walkFileTree(ROOT, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                boolean isOurs = directory.equals(ROOT)
                        || !NOT_OURS.contains(directory.getFileName().toString());
                return isOurs ? FileVisitResult.CONTINUE : FileVisitResult.SKIP_SUBTREE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (file.toString().endsWith(".md")) {
                    FILES.put(ROOT.relativize(file), Files.readString(file));
                }
                return FileVisitResult.CONTINUE;
            }
        });
        assertTrue(FILES.containsKey(Path.of("README.md")) && FILES.containsKey(Path.of("docs/errors.md")));
    }

    @Test
    void each_link_leads_somewhere() {
        assertNone((file, text) -> all(LINK, CODE.matcher(withoutFenced(text)).replaceAll("code"))
                .map(link -> link.group(1))
                .filter(target -> !target.matches("(https?|mailto):.*") && !leadsSomewhere(file, target)));
    }

    private static boolean leadsSomewhere(Path from, String target) {
        String[] parts = target.split("#", 2);
        Path file = parts[0].isEmpty()
                ? from
                : ROOT.relativize(
                        ROOT.resolve(from).getParent().resolve(parts[0]).normalize());
        return Files.exists(ROOT.resolve(file))
                && !file.startsWith("..")
                && (parts.length == 1
                        || all(HEADING, withoutFenced(FILES.get(file)))
                                .map(heading -> anchor(heading.group(1)))
                                .anyMatch(parts[1]::equals));
    }

    /** As GitHub makes it of a heading. */
    private static String anchor(String heading) {
        return heading.toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N} _-]", "")
                .replace(' ', '-');
    }

    @Test
    void what_is_quoted_from_a_file_stands_there() {
        assertNone((file, text) -> all(QUOTATION, text)
                .filter(quotation -> !read(quotation.group(1)).contains("\n" + quotation.group(2)))
                .map(quotation -> "not in " + quotation.group(1) + ":\n" + quotation.group(2)));
    }

    @Test
    void each_command_is_one_of_ours() {
        Set<String> commands = K8sExec.commandLine().getSubcommands().keySet();

        assertNone((file, text) ->
                all(COMMAND, text).map(command -> command.group(1)).filter(command -> !commands.contains(command)));
    }

    @Test
    void each_variable_is_one_of_ours() {
        Set<String> variables = K8sExec.commandLine().getSubcommands().values().stream()
                .flatMap(command -> command.getCommandSpec().options().stream())
                .flatMap(option -> all(VARIABLE, String.join(" ", option.description())))
                .map(MatchResult::group)
                .collect(Collectors.toSet());

        assertNone(
                (file, text) -> all(VARIABLE, text).map(MatchResult::group).filter(name -> !variables.contains(name)));
    }

    @Test
    void the_readme_is_short() {
        assertTrue(FILES.get(Path.of("README.md")).lines().count() <= 130);
    }

    private static void assertNone(BiFunction<Path, String, Stream<String>> faults) {
        List<String> found = new ArrayList<>();
        FILES.forEach((file, text) -> faults.apply(file, text).forEach(fault -> found.add(file + ": " + fault)));
        assertEquals(List.of(), found);
    }

    private static String read(String file) {
        try {
            return Files.readString(ROOT.resolve(file));
        } catch (IOException e) {
            return "";
        }
    }

    private static String withoutFenced(String markdown) {
        return FENCED.matcher(markdown).replaceAll("");
    }

    private static Stream<MatchResult> all(Pattern pattern, String text) {
        return pattern.matcher(text).results();
    }
}
