package cd.go.contrib.k8sexec.plugin.console;

import com.thoughtworks.go.plugin.api.task.JobConsoleLogger;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Gives lines to GoCD's console, in their order, when it has room for them.
 *
 * <p>Lines of stdout go by {@code printLine}, which is one entry of GoCD's ring for all of them. Lines of stderr go by
 * {@code readErrorOf}, which tags them and takes an entry each: as long as the ring has enough, and unless they have a
 * value of several lines, which must stay whole to be masked. Otherwise they are printed as those of stdout are. For
 * one thread.
 */
final class ConsoleSink {

    private static final String FULL =
            "k8s-exec: the output comes faster than GoCD's agent sends it to the server (every 10 s, at most %d MB)."
                    + " From here on the script waits for that, so that nothing is lost.";

    private final JobConsoleLogger console;
    private final ConsoleLimits limits;
    private final MultilineValues values;
    private final Room room;
    private final LastOutput last;
    private TaggedErrorPipe tagged;
    private boolean tagRefused;
    private Optional<CancelWatch> watch = Optional.empty();

    ConsoleSink(JobConsoleLogger console, Backlog backlog, ConsoleLimits limits, MultilineValues values) {
        this.console = console;
        this.limits = limits;
        this.values = values;
        this.last = new LastOutput(limits.lastOutput());
        this.room = new Room(backlog, limits.backlog(), this::whenFull);
    }

    /** How many entries of GoCD's ring are in use. */
    long entries() {
        return room.backlog().entries;
    }

    /** Returns when the lines are in the console. */
    void deliver(Batch batch) {
        if (!hasRoomForTags(batch)) {
            print(batch.lines());
            return;
        }
        for (Batch.Segment segment : batch.segments()) {
            String lines = segment.lines();
            if (segment.isError() && !tagRefused && !values.areIn(lines)) {
                printTagged(lines);
            } else {
                print(lines);
            }
        }
    }

    /** Prints a line of the plugin's own, whether there is room or not. */
    void say(String line) {
        room.exceed(Amount.oneEntry(line));
        console.printLine(line);
    }

    /** From now on what has no room is left out, but for the last of it. Any thread may call it. */
    void cancel() {
        room.cancel();
    }

    /** To be called after the last line. */
    void end() {
        if (tagged != null) {
            tagged.end();
        }
        watch.ifPresent(CancelWatch::close);
        if (!last.isEmpty()) {
            say(printable(last.take()));
        }
    }

    private void whenFull() {
        say(String.format(FULL, limits.backlog().bytes / 1_000_000));
        watch = CancelWatch.start(this::cancel);
    }

    private boolean hasRoomForTags(Batch batch) {
        long entries = entries();
        for (Batch.Segment segment : batch.segments()) {
            entries += segment.isError() ? Amount.anEntryEach(segment.lines()).entries : 1;
        }
        return entries <= limits.taggedEntries();
    }

    private void print(String lines) {
        if (takes(lines, Amount.oneEntry(lines))) {
            console.printLine(printable(lines));
        }
    }

    private void printTagged(String lines) {
        if (!takes(lines, Amount.anEntryEach(lines))) {
            return;
        }
        if (tagged == null) {
            tagged = new TaggedErrorPipe();
            console.readErrorOf(tagged);
        }
        if (!tagged.print((withoutEmptyLines(lines) + '\n').getBytes(StandardCharsets.UTF_8))) {
            tagRefused = true;
            print(lines);
        }
    }

    /** Whether there is room for the lines. Otherwise the task was cancelled, and they are kept or left out. */
    private boolean takes(String lines, Amount amount) {
        if (!last.isEmpty() && room.acquire(last.amount())) {
            console.printLine(printable(last.take()));
        }
        boolean taken = last.isEmpty() && room.acquire(amount);
        if (!taken) {
            last.add(lines);
        }
        return taken;
    }

    /** Of lines that end with an empty one GoCD 26 drops that, and throws if there is no other: a blank keeps it. */
    private String printable(String lines) {
        boolean endsEmpty = lines.isEmpty() || lines.charAt(lines.length() - 1) == '\n';
        return values.restoreIn(lines) + (endsEmpty ? " " : "");
    }

    /** GoCD 26 throws at an empty line, and its pumper then drops all that follows: a blank keeps it. */
    private static String withoutEmptyLines(String text) {
        String filled = text.replace("\n\n", "\n \n").replace("\n\n", "\n \n"); // twice, because matches overlap
        return (filled.startsWith("\n") || filled.isEmpty() ? " " : "") + filled + (filled.endsWith("\n") ? " " : "");
    }
}
