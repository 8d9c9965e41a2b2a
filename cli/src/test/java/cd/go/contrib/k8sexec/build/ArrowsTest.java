package cd.go.contrib.k8sexec.build;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The picture in docs/architecture.md: a room knows what is below it, and nothing of what is above or beside it. */
class ArrowsTest {
    /** From the top down. Who stands on the same floor does not know each other. */
    private static final List<Set<String>> CLI = List.of(
            Set.of("command"),
            Set.of("doctor", "install"),
            Set.of("run"),
            Set.of("enter"),
            Set.of("staging", "target"),
            Set.of("platform"),
            Set.of("request"),
            Set.of("outcome"));

    private static final List<Set<String>> PLUGIN = List.of(Set.of("task"), Set.of("run"), Set.of("console"));

    private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();

    @Test
    void the_command_lines_arrows_run_down() {
        assertRunDown(CLI, "cli", "cli/src/main/java/cd/go/contrib/k8sexec/cli");
        assertRunDown(CLI, "cli", "src-native/java/cd/go/contrib/k8sexec/cli");
    }

    @Test
    void the_plugins_arrows_run_down() {
        assertRunDown(PLUGIN, "plugin", "plugin/src/main/java/cd/go/contrib/k8sexec/plugin");
    }

    @Test
    void what_both_agree_on_knows_nobody() {
        assertEquals(Set.of(), uses("protocol/src/main/java", "cli", "plugin"));
    }

    /** Which files know what they must not. */
    @Test
    void only_what_looks_at_processes_knows_proc_and_only_commands_know_picocli() {
        assertEquals(Set.of(), mention("\"/proc/", "cli/src/main/java/cd/go/contrib/k8sexec/cli/command"));
        for (Set<String> floor : CLI.subList(1, CLI.size())) {
            floor.forEach(room -> assertEquals(
                    Set.of(), mention("import picocli", "cli/src/main/java/cd/go/contrib/k8sexec/cli/" + room)));
        }
        assertEquals(Set.of(), mention("\"/proc", "plugin/src/main/java/cd/go/contrib/k8sexec/plugin/task"));
    }

    private static void assertRunDown(List<Set<String>> floors, String side, String folder) {
        List<String> wrong = new ArrayList<>();
        Set<String> above = new TreeSet<>();
        for (Set<String> floor : floors) {
            above.addAll(floor);
            for (String room : floor) {
                Set<String> unknown = new TreeSet<>(above);
                unknown.remove(room);
                Path place = PROJECT.resolve(folder).resolve(room);
                if (Files.isDirectory(place)) {
                    String[] others =
                            unknown.stream().map(name -> side + "." + name).toArray(String[]::new);
                    uses(PROJECT.relativize(place).toString(), others).forEach(use -> wrong.add(room + ": " + use));
                }
            }
        }
        assertEquals(List.of(), wrong);
    }

    /** Files in the folder with the packages that they import of those, or name without an import. */
    private static Set<String> uses(String folder, String... packages) {
        Set<String> uses = new TreeSet<>();
        for (Map.Entry<Path, String> file : texts(folder)) {
            for (String name : packages) {
                if (Pattern.compile("\\bcd\\.go\\.contrib\\.k8sexec\\." + Pattern.quote(name) + "\\.")
                        .matcher(file.getValue())
                        .find()) {
                    uses.add(file.getKey() + " knows " + name);
                }
            }
        }
        return uses;
    }

    private static Set<String> mention(String word, String folder) {
        Set<String> files = new TreeSet<>();
        texts(folder).stream()
                .filter(file -> file.getValue().contains(word))
                .forEach(file -> files.add(file.getKey() + " has " + word));
        return files;
    }

    private static List<Map.Entry<Path, String>> texts(String folder) {
        try (Stream<Path> files = Files.walk(PROJECT.resolve(folder))) {
            List<Map.Entry<Path, String>> texts = new ArrayList<>();
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".java")).toList()) {
                texts.add(Map.entry(PROJECT.relativize(file), Files.readString(file)));
            }
            return texts;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
