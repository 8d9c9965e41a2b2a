package cd.go.contrib.k8sexec.plugin.console;

import java.util.ArrayList;
import java.util.List;

/** Bytes of one output stream, as they were read. The array is not copied and does not change. */
final class Chunk {

    /** If both streams have this many lines more or less at once, they were written in turn. */
    private static final int TURNS_MAY_DIFFER_BY = 2;
    /** A flood has no order to find, and is not worth the search. */
    private static final int LONGEST_IN_TURN = 4 * 1024;

    final boolean error;
    final byte[] bytes;
    final int from;
    final int to;

    Chunk(boolean error, byte[] bytes) {
        this(error, bytes, 0, bytes.length);
    }

    private Chunk(boolean error, byte[] bytes, int from, int to) {
        this.error = error;
        this.bytes = bytes;
        this.from = from;
        this.to = to;
    }

    /**
     * The order of two chunks that were there at once, of which the first had been written to first. More is not known
     * of it. About as many lines in both come of commands that print on stdout and are traced on stderr, or the like:
     * then they go in turn, line by line. Otherwise each stays in one piece.
     */
    static List<Chunk> inOrder(Chunk first, Chunk second) {
        if (Math.max(first.length(), second.length()) > LONGEST_IN_TURN) {
            return List.of(first, second);
        }
        List<Chunk> left = first.lines();
        List<Chunk> right = second.lines();
        if (Math.abs(left.size() - right.size()) > TURNS_MAY_DIFFER_BY) {
            return List.of(first, second);
        }
        List<Chunk> order = new ArrayList<>();
        for (int i = 0; i < Math.max(left.size(), right.size()); i++) {
            if (i < left.size()) {
                order.add(left.get(i));
            }
            if (i < right.size()) {
                order.add(right.get(i));
            }
        }
        return order;
    }

    int length() {
        return to - from;
    }

    private List<Chunk> lines() {
        List<Chunk> lines = new ArrayList<>();
        int start = from;
        for (int i = from; i < to; i++) {
            if (bytes[i] == '\n' || i == to - 1) {
                lines.add(new Chunk(error, bytes, start, i + 1));
                start = i + 1;
            }
        }
        return lines;
    }
}
