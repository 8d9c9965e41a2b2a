package cd.go.contrib.k8sexec.protocol;

/** Text that a request can hold, and that Linux can pass on: no NUL character, and no half of a surrogate pair. */
public final class Text {
    private Text() {}

    public static void check(String text) throws InvalidValue {
        if (text.indexOf('\0') >= 0) {
            throw nul();
        }
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            // of a whole pair that is a code point beyond the surrogates
            if (Character.getType(text.codePointAt(i)) == Character.SURROGATE) {
                throw halfPair();
            }
        }
    }

    /** As {@link #check}, of a script, which has something to do. */
    public static void checkScript(String script) throws InvalidValue {
        if (script.isBlank()) {
            throw new InvalidValue("is empty", "enter the commands that it is to run");
        }
        check(script);
    }

    public static InvalidValue nul() {
        return new InvalidValue(
                "holds a NUL character", "remove it: neither a script nor a variable nor a path can hold one");
    }

    public static InvalidValue halfPair() {
        return new InvalidValue(
                "holds half of a surrogate pair, which is no character", "remove it, or enter the character again");
    }
}
