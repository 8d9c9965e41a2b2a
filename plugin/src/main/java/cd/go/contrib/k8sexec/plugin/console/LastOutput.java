package cd.go.contrib.k8sexec.plugin.console;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.StringJoiner;

/** The last lines of an output that has no room: as many as may be kept, and how much more there was. */
final class LastOutput {

    private final int mostChars;
    private final Deque<String> batches = new ArrayDeque<>();
    private Amount amount = Amount.NONE;
    private int chars;
    private long linesLeftOut;
    private long charsLeftOut;

    LastOutput(int mostChars) {
        this.mostChars = mostChars;
    }

    /** @param lines joined with LF */
    void add(String lines) {
        batches.addLast(lines);
        chars += lines.length();
        amount = amount.plus(Amount.oneEntry(lines));
        while (chars > mostChars && batches.size() > 1) {
            String oldest = batches.removeFirst();
            chars -= oldest.length();
            amount = amount.minus(Amount.oneEntry(oldest));
            charsLeftOut += oldest.length() + 1;
            linesLeftOut += Amount.anEntryEach(oldest).entries;
        }
    }

    boolean isEmpty() {
        return batches.isEmpty();
    }

    /** What {@link #take} takes, in one entry. */
    Amount amount() {
        return new Amount(1, amount.bytes);
    }

    /** What was kept, below a line that says what was not. Then it is empty. */
    String take() {
        StringJoiner lines = new StringJoiner("\n");
        if (linesLeftOut > 0) {
            lines.add("k8s-exec: " + linesLeftOut + " lines (" + charsLeftOut / 1000
                    + " kB) are left out here: the task was cancelled while GoCD's agent had no room for more output.");
        }
        batches.forEach(lines::add);
        batches.clear();
        amount = Amount.NONE;
        chars = 0;
        linesLeftOut = 0;
        charsLeftOut = 0;
        return lines.toString();
    }
}
