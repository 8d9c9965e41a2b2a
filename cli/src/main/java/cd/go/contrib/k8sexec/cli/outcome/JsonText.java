package cd.go.contrib.k8sexec.cli.outcome;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;

/**
 * JSON that k8s-exec prints, by Jackson's streaming alone: data binding would bring reflection into the native
 * executable.
 */
public final class JsonText {
    private JsonText() {}

    /** What one value is written with. */
    public interface Content {
        void write(JsonGenerator generator) throws IOException;
    }

    /** One value; on one line, without its end, unless the content asks for another form. */
    public static String of(Content content) {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator = new JsonFactory().createGenerator(text)) {
            content.write(generator);
        } catch (IOException e) {
            // a string is always written
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }
}
