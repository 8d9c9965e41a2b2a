package cd.go.contrib.k8sexec.protocol;

import java.util.Arrays;
import java.util.Locale;

/** When a run says what its script took. */
public enum CostLine {
    /** If the script failed, was ended, or ran for a minute or longer. */
    AUTO,
    ALWAYS,
    NEVER;

    /** Its name. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** All names. */
    static String[] texts() {
        return Arrays.stream(values()).map(CostLine::text).toArray(String[]::new);
    }

    /** One of the names. Blanks around it do not count. */
    public static CostLine parse(String text) throws InvalidValue {
        for (CostLine line : values()) {
            if (line.text().equals(text.strip())) {
                return line;
            }
        }
        throw new InvalidValue("is none of its words", "use one of " + String.join(", ", texts()));
    }
}
