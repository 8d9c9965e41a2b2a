package cd.go.contrib.k8sexec.protocol;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as people write them: 500ms, 10s, 2m, 1h; a number alone is in seconds. */
public final class Durations {
    private static final Pattern FORM = Pattern.compile("(\\d{1,6})(ms|s|m|h|)");

    private Durations() {}

    /** Blanks around it do not count. */
    public static Duration parse(String text) throws InvalidValue {
        Matcher matcher = FORM.matcher(text.strip());
        if (!matcher.matches()) {
            throw new InvalidValue(
                    "is no duration", "use a number of at most 6 digits with ms, s, m or h, like 10s or 30m");
        }
        long number = Long.parseLong(matcher.group(1));
        switch (matcher.group(2)) {
            case "ms":
                return Duration.ofMillis(number);
            case "m":
                return Duration.ofMinutes(number);
            case "h":
                return Duration.ofHours(number);
            default:
                return Duration.ofSeconds(number);
        }
    }

    /** As people write it, in the largest unit that has no rest. */
    public static String text(Duration duration) {
        long millis = duration.toMillis();
        if (millis % 1000 != 0) {
            return millis + "ms";
        }
        long seconds = millis / 1000;
        if (seconds == 0 || seconds % 60 != 0) {
            return seconds + "s";
        }
        return seconds % 3600 == 0 ? seconds / 3600 + "h" : seconds / 60 + "m";
    }
}
