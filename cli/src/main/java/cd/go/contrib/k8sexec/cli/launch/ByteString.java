package cd.go.contrib.k8sexec.cli.launch;

import java.nio.charset.StandardCharsets;

/**
 * Bytes kept in a String, one char for each byte (ISO 8859-1). The guest's environment may hold bytes that are no text in any charset, and
 * what the launching shell reads must be those bytes whatever the agent's locale, so everything that goes there is handled in this form.
 */
final class ByteString {
    private ByteString() {
    }

    /** The UTF-8 bytes of a text. */
    static String of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    static String of(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    static byte[] toBytes(String byteString) {
        return byteString.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** The text behind the bytes, for people. */
    static String toText(String byteString) {
        return new String(toBytes(byteString), StandardCharsets.UTF_8);
    }

    /** As one word of a shell's input: only the quote itself is special between single quotes (POSIX, Shell Command Language, 2.2.2). */
    static String shellQuoted(String byteString) {
        return "'" + byteString.replace("'", "'\\''") + "'";
    }
}
