package cd.go.contrib.k8sexec.cli.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ErrorsDocumentTest {
    private static final Path INDEX = Path.of("../docs/errors.md");
    private static final Path PAGES = Path.of("../docs/errors");

    /**
     * A title, a sentence that says all in short, more of the meaning, and the three parts that whoever has the error
     * looks for.
     */
    private static final Pattern FORM = Pattern.compile("""
            # ([A-Z_]+)

            (\\S.{0,51}\\.)

            (?:(?!#|- |```)\\S(?s:.+?)

            )?## Usual causes

            - (?s:.+?)

            ## What to do

            - (?s:.+?)

            ## Example

            ```(?:sh|yaml|json|dockerfile)
            (?s:.+?)
            ```
            """);

    @Test
    void the_index_says_what_the_pages_say() throws IOException {
        if (Boolean.getBoolean("errors.write")) {
            Files.writeString(INDEX, ErrorsDocument.markdown());
        }
        assertEquals(
                ErrorsDocument.markdown(),
                Files.readString(INDEX),
                "docs/errors.md is not up to date: ./mvnw test -pl cli -Dtest=ErrorsDocumentTest -Derrors.write=true");
    }

    @Test
    void each_error_has_a_page_and_each_page_an_error() throws IOException {
        try (Stream<Path> pages = Files.list(PAGES)) {
            assertEquals(
                    Stream.of(ErrorId.values()).map(id -> id + ".md").sorted().toList(),
                    pages.map(page -> page.getFileName().toString()).sorted().toList());
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_page_has_meaning_causes_remedies_and_an_example(ErrorId id) throws IOException {
        String page = Files.readString(PAGES.resolve(id + ".md"));

        var form = FORM.matcher(page);
        assertTrue(form.matches(), page);
        assertEquals(id.name(), form.group(1));
        Stream.of(ErrorId.values())
                .map(ErrorId::exitCode)
                .filter(code -> page.contains("exit code is " + code))
                .forEach(code -> assertEquals(id.exitCode(), code));
    }
}
