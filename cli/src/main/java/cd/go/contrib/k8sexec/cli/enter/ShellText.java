package cd.go.contrib.k8sexec.cli.enter;

import cd.go.contrib.k8sexec.cli.platform.ByteString;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A program for a shell, as it grows: of bytes and not of text, which would have to be copied twice in the end. A large
 * environment is a megabyte.
 */
final class ShellText {
    private byte[] text;
    private int length;

    /** @param size what it takes, about */
    ShellText(int size) {
        text = new byte[size];
    }

    /** Adds a line of these parts, which are byte strings. */
    void line(String... parts) {
        for (String part : parts) {
            append(part);
        }
        append("\n");
    }

    private void append(String part) {
        int end = length + part.length();
        if (end > text.length) {
            text = Arrays.copyOf(text, Math.max(end, 2 * text.length));
        }
        length = ByteString.copy(part, text, length);
    }

    /** A command that prints a line on standard error. */
    static String print(String line) {
        return printBytes(ByteString.of(line));
    }

    /** As {@link #print}, of a byte string. */
    static String printBytes(String line) {
        return "printf '%s\\n' " + ByteString.shellQuoted(line) + " >&2";
    }

    ByteBuffer toBuffer() {
        return ByteBuffer.wrap(text, 0, length);
    }

    byte[] toBytes() {
        return Arrays.copyOf(text, length);
    }
}
