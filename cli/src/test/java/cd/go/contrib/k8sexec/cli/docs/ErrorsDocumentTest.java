package cd.go.contrib.k8sexec.cli.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ErrorsDocumentTest {
    private static final Path DOCUMENT = Path.of("../docs/errors.md");

    @Test
    void the_document_says_what_the_code_says() throws IOException {
        if (Boolean.getBoolean("errors.write")) {
            Files.createDirectories(DOCUMENT.getParent());
            Files.writeString(DOCUMENT, ErrorsDocument.markdown());
        }
        assertEquals(
                ErrorsDocument.markdown(),
                Files.readString(DOCUMENT),
                "docs/errors.md is not what the code says; make it anew: ./mvnw test -pl cli -Dtest=ErrorsDocumentTest -Derrors.write=true");
    }
}
