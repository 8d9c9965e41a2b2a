package cd.go.contrib.k8sexec.protocol;

/** What is switched on or off. */
public final class Flags {
    private Flags() {}

    /** {@code true} or {@code false}, in capitals or not. Blanks around it do not count. */
    public static boolean parse(String text) throws InvalidValue {
        String word = text.strip();
        if (!word.equalsIgnoreCase("true") && !word.equalsIgnoreCase("false")) {
            throw new InvalidValue("is neither true nor false", "use true or false");
        }
        return word.equalsIgnoreCase("true");
    }
}
