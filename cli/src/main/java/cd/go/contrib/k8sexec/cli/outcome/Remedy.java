package cd.go.contrib.k8sexec.cli.outcome;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What fixes something.
 *
 * @param text    for people, on one line: a change of the Pod's manifest with where it belongs, or a command
 * @param changes of the Pod's manifest, which the text has too; none if it takes something else
 */
public record Remedy(String text, List<PodChange> changes) {

    public static Remedy of(String text) {
        return new Remedy(text, List.of());
    }

    public static Remedy of(PodChange... changes) {
        return new Remedy(
                Stream.of(changes).map(PodChange::text).collect(Collectors.joining(", and ")), List.of(changes));
    }

    /** With more to say before it and after it. */
    public Remedy between(String before, String after) {
        return new Remedy(before + text + after, changes);
    }

    /** With more to say. */
    public Remedy and(String more) {
        return between("", more);
    }
}
