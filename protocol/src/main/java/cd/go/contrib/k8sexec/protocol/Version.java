package cd.go.contrib.k8sexec.protocol;

import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A version of plugin and k8s-exec, MAJOR.MINOR.PATCH. What follows the digits, as in 2.1.0-rc1, does not count: a
 * release candidate knows what its release knows.
 */
public final class Version implements Comparable<Version> {
    /** The oldest k8s-exec that a plugin has to work with, and the reverse. */
    public static final Version V2_0_0 = new Version(2, 0, 0);

    public static final Version V2_1_0 = new Version(2, 1, 0);

    private static final Pattern NAMED = Pattern.compile("\\bk8s-exec (\\d{1,4})\\.(\\d{1,4})\\.(\\d{1,4})");
    private static final Comparator<Version> ORDER = Comparator.<Version>comparingInt(version -> version.major)
            .thenComparingInt(version -> version.minor)
            .thenComparingInt(version -> version.patch);

    private final int major;
    private final int minor;
    private final int patch;

    private Version(int major, int minor, int patch) {
        this.major = major;
        this.minor = minor;
        this.patch = patch;
    }

    /**
     * What {@code k8s-exec --version} has printed, like "k8s-exec 2.1.0 (commit 33ebc4e, native)".
     *
     * @return empty if there is no version in it
     */
    public static Optional<Version> printed(String output) {
        Matcher named = NAMED.matcher(output);
        return named.find()
                ? Optional.of(new Version(
                        Integer.parseInt(named.group(1)),
                        Integer.parseInt(named.group(2)),
                        Integer.parseInt(named.group(3))))
                : Optional.empty();
    }

    /** Whether what came with that version is in this one. */
    public boolean has(Version since) {
        return compareTo(since) >= 0;
    }

    @Override
    public int compareTo(Version other) {
        return ORDER.compare(this, other);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Version && compareTo((Version) other) == 0;
    }

    @Override
    public int hashCode() {
        return (major * 10_000 + minor) * 10_000 + patch;
    }

    @Override
    public String toString() {
        return major + "." + minor + "." + patch;
    }
}
