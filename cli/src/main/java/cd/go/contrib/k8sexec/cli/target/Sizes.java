package cd.go.contrib.k8sexec.cli.target;

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
        // not by String.format, which takes longer than the rest of a line
        long tenths = Math.round(amount * 10);
        return (amount < 10 && amount != Math.rint(amount) ? tenths / 10 + "." + tenths % 10 : Math.round(amount))
                + UNITS[unit];
    }
}
