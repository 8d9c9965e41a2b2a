package cd.go.contrib.k8sexec.plugin.console;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Makes lines of a stream's bytes: UTF-8, what is malformed becomes U+FFFD, a line ends with LF or CR LF.
 *
 * <p>A CR alone ends the state of a progress bar, an <em>update</em>. It is held until the caller lets it become a
 * line; a newer update takes its place, a line does not. So of a run of updates the last one always becomes a line.
 *
 * <p>A line longer than the limit is cut into lines of that length, so that memory stays bounded. Not for several
 * threads.
 */
final class LineSplitter {

    private static final int BUFFER_SIZE = 16 * 1024;

    private final CharsetDecoder decoder = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    private final ByteBuffer bytes = ByteBuffer.allocate(BUFFER_SIZE);
    private final CharBuffer chars = CharBuffer.allocate(BUFFER_SIZE);
    private final int longestLine;

    /**
     * Lines up to {@link #complete}, then the held update up to {@link #unfinished}, then the line that has no end yet.
     */
    private StringBuilder text = new StringBuilder();

    private int complete;
    private int unfinished;
    private boolean afterReturn;
    private boolean ignoreNewline;

    LineSplitter(int longestLine) {
        this.longestLine = longestLine;
    }

    /** Takes the next bytes of the stream, from the index {@code from} to before {@code to}. */
    void add(byte[] source, int from, int to) {
        int taken = from;
        while (taken < to) {
            int part = Math.min(to - taken, bytes.remaining());
            bytes.put(source, taken, part);
            taken += part;
            decode(false);
        }
    }

    /** The stream is at its end: everything left becomes a line. */
    void end() {
        decode(true);
        settleReturn();
        releaseUpdate();
        if (text.length() > unfinished) {
            endLine();
        }
    }

    /** The stream pauses: a CR that was the last character does not wait for a possible LF. */
    void settleReturn() {
        if (afterReturn) {
            afterReturn = false;
            ignoreNewline = true;
            endUpdate();
        }
    }

    /** Whether the last character was a CR, of which it is not known yet whether an LF follows. */
    boolean isReturnOpen() {
        return afterReturn;
    }

    boolean hasUpdate() {
        return unfinished > complete;
    }

    /** Makes the held update, if there is one, a line. */
    void releaseUpdate() {
        complete = unfinished;
    }

    /** The lines that were not taken yet, each with an LF at its end. Valid until the next call of another method. */
    CharSequence lines() {
        return text.subSequence(0, complete);
    }

    int length() {
        return complete;
    }

    /**
     * Takes away the first {@code length} characters, which must be whole lines, and answers them without the last LF.
     */
    String take(int length) {
        String taken = text.substring(0, length - 1);
        // A new builder: the old one would keep the size of the longest line, and two bytes a character for ever.
        text = new StringBuilder().append(text, length, text.length());
        complete -= length;
        unfinished -= length;
        return taken;
    }

    private void decode(boolean atEnd) {
        bytes.flip();
        CoderResult result;
        do {
            result = decoder.decode(bytes, chars, atEnd);
            if (atEnd && result.isUnderflow()) {
                result = decoder.flush(chars);
            }
            chars.flip();
            split(chars.array(), chars.limit());
            chars.clear();
        } while (result.isOverflow());
        bytes.compact();
    }

    private void split(char[] source, int length) {
        int start = 0;
        for (int i = 0; i < length; i++) {
            char c = source[i];
            if (c != '\n' && c != '\r') {
                if (afterReturn || ignoreNewline) {
                    ordinaryAfterReturn();
                }
                continue;
            }
            append(source, start, i);
            start = i + 1;
            if (c == '\n') {
                newline();
            } else {
                carriageReturn();
            }
        }
        append(source, start, length);
    }

    private void ordinaryAfterReturn() {
        if (afterReturn) {
            afterReturn = false;
            endUpdate();
        }
        ignoreNewline = false;
    }

    private void newline() {
        if (ignoreNewline) {
            ignoreNewline = false;
            releaseUpdate(); // it was a line that ended with CR LF, and the stream paused between the two
            return;
        }
        afterReturn = false;
        endLine();
    }

    private void carriageReturn() {
        if (afterReturn) {
            endUpdate();
        }
        ignoreNewline = false;
        afterReturn = true;
    }

    private void append(char[] source, int start, int end) {
        int from = start;
        while (text.length() - unfinished + (end - from) > longestLine) {
            int room = longestLine - (text.length() - unfinished);
            if (room > 0 && Character.isHighSurrogate(source[from + room - 1])) {
                room--;
            }
            text.append(source, from, room);
            from += room;
            endLine();
        }
        text.append(source, from, end - from);
    }

    private void endLine() {
        text.append('\n');
        complete = text.length();
        unfinished = complete;
    }

    private void endUpdate() {
        if (text.length() == unfinished) {
            return; // a CR after nothing shows nothing
        }
        text.delete(complete, unfinished);
        text.append('\n');
        unfinished = text.length();
    }
}
