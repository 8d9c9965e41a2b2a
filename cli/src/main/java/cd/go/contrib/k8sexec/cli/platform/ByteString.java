package cd.go.contrib.k8sexec.cli.platform;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * Bytes kept in a String, one char for each byte (ISO 8859-1). The guest's environment may hold bytes that are no text
 * in any charset, and what the launching shell reads must be those bytes whatever the agent's locale, so everything
 * that goes there is handled in this form.
 */
public final class ByteString {
    private ByteString() {}

    /** The UTF-8 bytes of a text. */
    public static String of(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        // as many bytes as characters: all of them are ASCII
        return utf8.length == text.length() ? text : of(utf8);
    }

    public static String of(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** The bytes of a path as the system has them. In some locales its text is that only if it is ASCII. */
    public static String of(Path path) {
        String text = path.toAbsolutePath().toString();
        if (of(text).equals(text)) {
            return text;
        }
        // which has a slash at the end if there is such a directory
        String uri = path.toUri().getRawPath().replaceFirst("(?<=.)/$", "");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < uri.length(); i++) {
            if (uri.charAt(i) == '%') {
                bytes.write(Integer.parseInt(uri.substring(i + 1, i + 3), 16));
                i += 2;
            } else {
                bytes.write(uri.charAt(i));
            }
        }
        return of(bytes.toByteArray());
    }

    /** The path below the root as /NAME/NAME, empty for the root itself; both are absolute. */
    public static String below(Path root, Path path) {
        return of(path).substring(root.getNameCount() == 0 ? 0 : of(root).length());
    }

    public static byte[] toBytes(String byteString) {
        return byteString.getBytes(StandardCharsets.ISO_8859_1);
    }

    /**
     * Puts the bytes at that place of an array.
     *
     * @return the place behind them
     */
    @SuppressWarnings("deprecation")
    public static int copy(String byteString, byte[] to, int place) {
        // deprecated because it takes the low byte of each char: a byte string has no more
        byteString.getBytes(0, byteString.length(), to, place);
        return place + byteString.length();
    }

    /**
     * The last words of a command line.
     *
     * @param commandLine NUL-ended words, as in /proc/PID/cmdline: what Java gives its main method is no longer what
     *                    was typed, in some locales
     */
    public static List<String> lastWords(byte[] commandLine, int count) {
        String[] words = of(commandLine).split("\0", -1);
        return List.of(words).subList(words.length - 1 - count, words.length - 1);
    }

    /** The text behind the bytes, for people. */
    public static String toText(String byteString) {
        return new String(toBytes(byteString), StandardCharsets.UTF_8);
    }

    /**
     * As one word of a shell's input: only the quote itself is special between single quotes (POSIX, Shell Command
     * Language, 2.2.2).
     */
    public static String shellQuoted(String byteString) {
        return "'" + betweenQuotes(byteString) + "'";
    }

    /** What stands between the quotes of {@link #shellQuoted}. */
    public static String betweenQuotes(String byteString) {
        return byteString.replace("'", "'\\''");
    }
}
