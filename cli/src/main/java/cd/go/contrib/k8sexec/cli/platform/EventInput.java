package cd.go.contrib.k8sexec.cli.platform;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;

/** Standard input, as it comes by events. */
final class EventInput extends InputStream {
    private static final Duration LONG = Duration.ofDays(1);

    private final Events events;
    private byte[] bytes = {};
    private int place;
    private boolean ended;

    EventInput(Events events) {
        this.events = events;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
        while (place == bytes.length && !ended) {
            await();
        }
        int count = Math.min(length, bytes.length - place);
        System.arraycopy(bytes, place, to, offset, count);
        place += count;
        return count == 0 && length > 0 ? -1 : count;
    }

    private void await() throws IOException {
        try {
            Event event = events.next(LONG);
            if (event instanceof Event.Signal signal) {
                throw new Canceled(signal.number());
            } else if (event instanceof Event.Input input) {
                bytes = input.bytes();
                place = 0;
                ended = input.isEnd();
            }
        } catch (InterruptedException e) {
            throw new InterruptedIOException();
        }
    }
}
