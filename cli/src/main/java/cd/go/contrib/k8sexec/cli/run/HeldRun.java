package cd.go.contrib.k8sexec.cli.run;

import cd.go.contrib.k8sexec.cli.enter.HeldPlace;
import cd.go.contrib.k8sexec.cli.platform.ByteString;
import cd.go.contrib.k8sexec.cli.staging.RunId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * A run whose script has failed and whose place stays for a while, as its process tells others.
 *
 * @param failure in which way it failed, in words
 * @param until   when it goes on at the latest
 */
public record HeldRun(String failure, Instant until, HeldPlace place) {
    /** Of a file in memory that holds one: the number goes up if another k8s-exec could not read it. */
    private static final String MAGIC = "k8s-exec hold 1";

    public RunId id() {
        return place.run();
    }

    byte[] toBytes() {
        List<String> strings =
                new ArrayList<>(List.of(MAGIC, ByteString.of(failure), String.valueOf(until.getEpochSecond())));
        strings.addAll(place.toStrings());
        return ByteString.toBytes(String.join("\0", strings));
    }

    /** What these bytes hold; empty if it is something else. */
    static Optional<HeldRun> of(byte[] bytes) {
        Iterator<String> strings = List.of(ByteString.of(bytes).split("\0", -1)).iterator();
        try {
            return strings.next().equals(MAGIC)
                    ? Optional.of(new HeldRun(
                            ByteString.toText(strings.next()),
                            Instant.ofEpochSecond(Long.parseLong(strings.next())),
                            HeldPlace.of(strings)))
                    : Optional.empty();
        } catch (IllegalArgumentException | NoSuchElementException | IndexOutOfBoundsException e) {
            return Optional.empty();
        }
    }
}
