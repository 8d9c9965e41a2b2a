package cd.go.contrib.k8sexec.cli.enter;

import java.util.Optional;

/**
 * What a run has left, if this process cannot see its processes. All of it is for people.
 *
 * @param left     what runs on; empty: nothing
 * @param killed   what SIGTERM did not end in the grace period; empty: nothing
 * @param shortage what was killed for lack of memory, by whose limit
 */
public record Account(String left, String killed, Optional<String> shortage) {}
