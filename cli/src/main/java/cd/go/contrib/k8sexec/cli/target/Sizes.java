package cd.go.contrib.k8sexec.cli.target;

import java.util.Locale;

/** Amounts in the units of Kubernetes' resources (Ki, Mi, Gi). */
public final class Sizes {
    private static final String[] UNITS = {"B", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};

    private Sizes() {}

    /** At most four digits, like 512Mi, 1.5Gi or 100B. */
    public static String bytes(long bytes) {
        double amount = bytes;
        int unit = 0;
        while (amount >= 1024 && unit < UNITS.length - 1) {
            amount /= 1024;
            unit++;
        }
        return String.format(
                Locale.ROOT, amount < 10 && amount != Math.rint(amount) ? "%.1f%s" : "%.0f%s", amount, UNITS[unit]);
    }
}
