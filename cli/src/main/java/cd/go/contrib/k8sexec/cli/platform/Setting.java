package cd.go.contrib.k8sexec.cli.platform;

import java.util.Optional;

/**
 * Where and as whom a program starts.
 *
 * @param volume    a directory that must be there, and not be read-only
 * @param directory where it starts; empty: where this process is
 * @param identity  the user that it runs as; empty: this process's, with its groups and capabilities
 * @param session   whether it leads a session and a process group of its own
 */
public record Setting(Optional<Place> volume, Optional<Place> directory, Optional<Identity> identity, boolean session) {
    /** Where this process is, as it is. */
    public static final Setting SAME = new Setting(Optional.empty(), Optional.empty(), Optional.empty(), false);
    /** The same, in a session and a process group of its own. */
    public static final Setting OWN_SESSION = new Setting(Optional.empty(), Optional.empty(), Optional.empty(), true);
}
