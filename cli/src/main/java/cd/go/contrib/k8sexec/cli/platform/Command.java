package cd.go.contrib.k8sexec.cli.platform;

import java.util.List;

/**
 * A program, and what it is told. All texts are byte strings: one char for each byte.
 *
 * @param paths       of which the first is taken that can be executed; relative ones from the directory in which it
 *                    starts
 * @param needed      other paths, of which one has to be executable too; none: nothing else is needed
 * @param arguments   with the name that it has for itself; if that is empty, it is the name of the path that was
 *                    taken
 * @param environment NUL-ended NAME=value entries: its whole environment
 */
public record Command(List<String> paths, List<String> needed, List<String> arguments, byte[] environment) {

    /** One that is at this path. */
    public static Command of(List<String> words, byte[] environment) {
        return new Command(List.of(words.get(0)), List.of(), words, environment);
    }
}
