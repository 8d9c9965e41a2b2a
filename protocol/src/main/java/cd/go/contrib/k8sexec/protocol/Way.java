package cd.go.contrib.k8sexec.protocol;

import java.util.Arrays;
import java.util.Locale;

/** A way into the guest, as a task or a setting names it. */
public enum Way {
    /** The first of the others that leads there. */
    AUTO,
    /** k8s-exec joins the guest's namespaces itself, by setns(2). */
    SETNS,
    /** nsenter(1) of the agent does, and the guest's sh starts the program. */
    NSENTER,
    /** k8s-exec makes the guest's root directory its own, by chroot(2). */
    CHROOT,
    /** The relay in the guest starts the program. */
    RELAY;

    /** Its name. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** All names. */
    static String[] texts() {
        return Arrays.stream(values()).map(Way::text).toArray(String[]::new);
    }

    /** One of the names. Blanks around it do not count. */
    public static Way parse(String text) throws InvalidValue {
        for (Way way : values()) {
            if (way.text().equals(text.strip())) {
                return way;
            }
        }
        throw new InvalidValue("is no way into a guest", "use one of " + String.join(", ", texts()));
    }
}
