package cd.go.contrib.k8sexec.plugin.console;

import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/** Lines of both output streams, in their order, that are given to the console together. */
final class Batch {

    private final List<Segment> segments = new ArrayList<>();
    private int size;
    private long began;

    /** @param lines whole lines of one stream, joined with LF */
    void add(boolean error, String lines) {
        if (segments.isEmpty()) {
            began = System.nanoTime();
        }
        Segment last = segments.isEmpty() ? null : segments.get(segments.size() - 1);
        if (last != null && last.error == error) {
            last.lines.append('\n').append(lines);
        } else {
            segments.add(new Segment(error, lines));
        }
        size += lines.length() + 1;
    }

    /** In characters. */
    int size() {
        return size;
    }

    boolean isEmpty() {
        return segments.isEmpty();
    }

    /** When its first line came ({@link System#nanoTime}). */
    long began() {
        return began;
    }

    List<Segment> segments() {
        return segments;
    }

    /** All lines, joined with LF. */
    String lines() {
        StringJoiner lines = new StringJoiner("\n");
        segments.forEach(segment -> lines.add(segment.lines));
        return lines.toString();
    }

    /** Successive lines of one stream. */
    static final class Segment {

        private final boolean error;
        private final StringBuilder lines;

        private Segment(boolean error, String lines) {
            this.error = error;
            this.lines = new StringBuilder(lines);
        }

        boolean isError() {
            return error;
        }

        /** Joined with LF. */
        String lines() {
            return lines.toString();
        }
    }
}
