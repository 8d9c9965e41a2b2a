package cd.go.contrib.k8sexec.cli.outcome;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * The long text of each error: docs/errors/ID.md, which the build puts beside this class. A class of its own, so that a
 * run does not touch it: the native executable reads the files while it is built, the JVM build when somebody asks.
 */
public final class ErrorText {
    private static final byte[][] MARKDOWN = new byte[ErrorId.values().length][];

    static {
        for (ErrorId id : ErrorId.values()) {
            MARKDOWN[id.ordinal()] = read(id);
        }
    }

    private ErrorText() {}

    private static byte[] read(ErrorId id) {
        try (InputStream file = ErrorText.class.getResourceAsStream("errors/" + id + ".md")) {
            if (file == null) {
                throw new IllegalStateException("there is no docs/errors/" + id + ".md");
            }
            return file.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * In Markdown, without the title: a sentence that says all in short, then the meaning, causes, remedies and an
     * example.
     */
    public static String of(ErrorId id) {
        String text = new String(MARKDOWN[id.ordinal()], StandardCharsets.UTF_8);
        return text.substring(text.indexOf("\n\n") + 2);
    }

    /** The first sentence. */
    public static String summary(ErrorId id) {
        String text = of(id);
        return text.substring(0, text.indexOf('\n'));
    }
}
