package cd.go.contrib.k8sexec.cli.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What people copy names images with the versions that pom.xml has. */
class ImageVersionsTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    @ParameterizedTest
    @CsvSource({"revision, registry\\.example/k8s-exec", "gocd.version, gocd-agent[-a-z0-9]*"})
    void the_versions_are_those_of_the_pom(String property, String image) throws IOException {
        String version = find("<" + Pattern.quote(property) + ">([^<]+)<", ROOT.resolve("pom.xml"))
                .get(0)
                .group(1);
        int found = 0;
        List<String> wrong = new ArrayList<>();
        for (Path file : files()) {
            for (MatchResult match : find(image + ":v?([0-9][^\\s`\"]*)", file)) {
                found++;
                if (!match.group(1).equals(version)) {
                    wrong.add(ROOT.relativize(file) + ": " + match.group());
                }
            }
        }
        assertEquals(List.of(), wrong, property + " in pom.xml is " + version);
        assertTrue(found > 5, "this test finds only " + found);
    }

    private static List<MatchResult> find(String pattern, Path file) throws IOException {
        return Pattern.compile(pattern)
                .matcher(Files.readString(file))
                .results()
                .toList();
    }

    private static List<Path> files() throws IOException {
        List<Path> files = new ArrayList<>(
                List.of(ROOT.resolve("README.md"), ROOT.resolve("Dockerfile"), ROOT.resolve("Dockerfile.agent")));
        for (String folder : List.of("docs", "examples")) {
            try (Stream<Path> all = Files.list(ROOT.resolve(folder))) {
                all.filter(file -> file.toString().matches(".*\\.(md|yaml)")).forEach(files::add);
            }
        }
        return files;
    }
}
