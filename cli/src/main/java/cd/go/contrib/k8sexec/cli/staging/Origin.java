package cd.go.contrib.k8sexec.cli.staging;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where the process ids of a run mean something: in a PID namespace, of a boot of a machine, in a Pod. A namespace's
 * number alone may be that of another machine's, too.
 *
 * @param boot         as /proc/sys/kernel/random/boot_id has it, without dashes; or {@link #UNKNOWN}
 * @param pod          the Pod's UID, without dashes; or {@link #UNKNOWN}
 * @param pidNamespace its inode number
 */
public record Origin(String boot, String pod, String pidNamespace) {
    static final String UNKNOWN = "0";

    private static final Pattern NOT_A_DIGIT = Pattern.compile("\\D");
    private static final Pattern IDENTIFIER = Pattern.compile("[0-9a-f]{2,32}");

    /** @param pidNamespace as in "pid:[4026531836]" */
    public static Origin of(Optional<String> boot, Optional<String> pod, String pidNamespace) {
        return new Origin(
                identifier(boot),
                identifier(pod),
                NOT_A_DIGIT.matcher(pidNamespace).replaceAll(""));
    }

    private static String identifier(Optional<String> uuid) {
        return uuid.map(text -> text.strip().replace("-", ""))
                .filter(IDENTIFIER.asMatchPredicate())
                .orElse(UNKNOWN);
    }

    /** Whether both were told their boot, and it is one: the same machine, which has not been started again since. */
    public boolean isSameBoot(Origin other) {
        return isKnown(boot) && boot.equals(other.boot);
    }

    /** Whether it was on another machine, or on this one before it was started again. */
    public boolean isOtherBoot(Origin other) {
        return isKnown(boot) && isKnown(other.boot) && !boot.equals(other.boot);
    }

    public boolean isSamePod(Origin other) {
        return isKnown(pod) && pod.equals(other.pod);
    }

    /** Whether its process ids are those of here. */
    public boolean isSameNamespace(Origin other) {
        return hasNumberOf(other) && (isSameBoot(other) || isSamePod(other) && !isOtherBoot(other));
    }

    /** Whether its PID namespace has the same number, which is no more than a hint. */
    public boolean hasNumberOf(Origin other) {
        return pidNamespace.equals(other.pidNamespace);
    }

    /** Whether it says no more than the number of its PID namespace, as version 2.0.0 did. */
    public boolean isOnlyNumber() {
        return !isKnown(boot) && !isKnown(pod);
    }

    private static boolean isKnown(String identifier) {
        return !identifier.equals(UNKNOWN);
    }
}
