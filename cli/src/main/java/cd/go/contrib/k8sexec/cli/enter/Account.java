package cd.go.contrib.k8sexec.cli.enter;

import cd.go.contrib.k8sexec.cli.outcome.Cost;
import cd.go.contrib.k8sexec.cli.outcome.Usage;
import java.util.Optional;

/**
 * What a run has left and what it took, if this process cannot see its processes. All texts are for people.
 *
 * @param left     what runs on; empty: nothing
 * @param killed   what SIGTERM did not end in the grace period; empty: nothing
 * @param shortage what was killed for lack of memory, by whose limit
 * @param usage    of the run's processes
 * @param memory   of the container that they are in
 */
public record Account(
        String left, String killed, Optional<String> shortage, Optional<Usage> usage, Cost.Memory memory) {}
