package cd.go.contrib.k8sexec.plugin.console;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * The values of variables that have more than one line, which GoCD can hide in the console only as a whole.
 *
 * <p>GoCD masks the exact value within one {@code printLine} or one line of a pumped stream
 * (SafeOutputStreamConsumer.java:56). So such a value must not be spread over two batches, must not be pumped line by
 * line, and keeps its own line ends. Which values are secret the plugin is not told. Immutable.
 */
public final class MultilineValues {

    private final List<Value> values = new ArrayList<>();

    /** Takes those of the values that have a line end in them. */
    public MultilineValues(Collection<String> candidates) {
        for (String candidate : candidates) {
            if (candidate.indexOf('\n') >= 0 && !candidate.isBlank()) {
                values.add(new Value(candidate));
            }
        }
    }

    boolean areNone() {
        return values.isEmpty();
    }

    /**
     * If the beginning of a value stands at the end of the text, the index of the line on which it begins; the
     * text's length if there is none. The text is whole lines, each with an LF.
     */
    int openFrom(CharSequence lines) {
        int open = lines.length();
        for (Value value : values) {
            for (int end = value.shown.indexOf('\n');
                    end >= 0 && end + 1 < value.shown.length();
                    end = value.shown.indexOf('\n', end + 1)) {
                if (endsWith(lines, value.shown, end + 1)) {
                    open = Math.min(open, startOfLine(lines, lines.length() - end - 1));
                }
            }
        }
        return open;
    }

    /** Whether the text, lines without the last LF, has one of the values in it. */
    boolean areIn(String lines) {
        String text = values.isEmpty() ? "" : lines + '\n';
        return values.stream().anyMatch(value -> text.contains(value.shown));
    }

    /**
     * The text with the values in it as GoCD knows them, so that GoCD finds them: with CR LF, with an LF at the end.
     */
    String restoreIn(String lines) {
        String text = lines;
        for (Value value : values) {
            if (value.shown.endsWith("\n") && (text + '\n').endsWith(value.shown)) {
                text += '\n';
            }
            if (!value.shown.equals(value.original)) {
                text = text.replace(value.shown, value.original);
            }
        }
        return text;
    }

    private static boolean endsWith(CharSequence text, String value, int length) {
        int offset = text.length() - length;
        if (offset < 0) {
            return false;
        }
        for (int i = length - 1; i >= 0; i--) {
            if (text.charAt(offset + i) != value.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static int startOfLine(CharSequence text, int index) {
        int start = index;
        while (start > 0 && text.charAt(start - 1) != '\n') {
            start--;
        }
        return start;
    }

    private static final class Value {

        private final String original;
        private final String shown;

        private Value(String original) {
            this.original = original;
            this.shown = original.replace("\r\n", "\n");
        }
    }
}
