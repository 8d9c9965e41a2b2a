package cd.go.contrib.k8sexec.plugin.console;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/** The last lines of an output that has no room: as many as may be kept, and how much more there was. */
final class LastOutput {

    private final int mostChars;
    private final Deque<String> batches = new ArrayDeque<>();
    private int chars;
    private long linesLeftOut;
    private long charsLeftOut;

    LastOutput(int mostChars) {
        this.mostChars = mostChars;
    }

    void add(String lines) {
        batches.addLast(lines);
        chars += lines.length();
        while (chars > mostChars && batches.size() > 1) {
            String oldest = batches.removeFirst();
            chars -= oldest.length();
            charsLeftOut += oldest.length() + 1;
            linesLeftOut += 1 + oldest.chars().filter(c -> c == '\n').count();
        }
    }

    boolean isEmpty() {
        return batches.isEmpty();
    }

    /** The lines that were kept. */
    String kept() {
        return String.join("\n", batches);
    }

    /** What to tell the user of the others. */
    Optional<String> leftOut() {
        return linesLeftOut == 0
                ? Optional.empty()
                : Optional.of("k8s-exec: " + linesLeftOut + " lines (" + charsLeftOut / 1000
                        + " kB) are left out here: the task was cancelled while GoCD's agent had no room "
                        + "for more output.");
    }
}
