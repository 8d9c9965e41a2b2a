package cd.go.contrib.k8sexec.cli.outcome;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * What a script took, as far as that is known.
 *
 * @param time   from its start to its end, and to that of what had to be ended with it
 * @param usage  of its processes
 * @param memory of the container in whose control group it was; read only if somebody wants to know
 */
public record Cost(Duration time, Optional<Usage> usage, Supplier<Memory> memory) {

    /**
     * Bytes; empty: there is no limit, or it is not known.
     *
     * @param container which it is, for people
     * @param limit     of its control group
     * @param peak      the most that was charged to that since it was made, the cache of files included
     */
    public record Memory(String container, OptionalLong limit, OptionalLong peak) {}
}
