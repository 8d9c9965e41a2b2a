package cd.go.contrib.k8sexec.cli.platform;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a program has open.
 *
 * @param input  its standard input
 * @param output the file that it prints to, by standard output and error; empty: those of this process
 * @param script what it finds at the descriptor {@link #SCRIPT}, where nobody can change it
 * @param more   what it finds at the descriptors from {@link #FIRST_MORE} on
 */
public record Streams(Input input, Optional<Path> output, Optional<byte[]> script, List<Opened> more) {
    /** Where a program finds its script. One digit: dash opens no others. Not among those that scripts use most. */
    public static final int SCRIPT = 9;
    /** As an argument: the script's path for the program and for its children, which have no such descriptor. */
    public static final String SCRIPT_FOR_CHILDREN = "/proc/PID/fd/" + SCRIPT;

    public static final int FIRST_MORE = 3;

    public Streams(Input input, Optional<Path> output, Optional<byte[]> script) {
        this(input, output, script, List.of());
    }

    /** What a program's standard input is. */
    public enum Input {
        /** Empty. */
        NONE,
        /** What it is fed ({@link Child#feed}). */
        FED,
        /** This process's own. */
        OWN
    }
}
