package cd.go.contrib.k8sexec.plugin.task;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as k8s-exec reads them: 500ms, 10s, 2m, 1h; a number alone is in seconds. */
public final class Durations {

    private static final Pattern FORM = Pattern.compile("(\\d{1,6})(ms|s|m|h|)");

    private Durations() {}

    /** Empty where the text is none. */
    public static Optional<Duration> parse(String text) {
        Matcher matcher = FORM.matcher(text.strip());
        if (!matcher.matches()) {
            return Optional.empty();
        }
        long number = Long.parseLong(matcher.group(1));
        switch (matcher.group(2)) {
            case "ms":
                return Optional.of(Duration.ofMillis(number));
            case "m":
                return Optional.of(Duration.ofMinutes(number));
            case "h":
                return Optional.of(Duration.ofHours(number));
            default:
                return Optional.of(Duration.ofSeconds(number));
        }
    }
}
