package cd.go.contrib.k8sexec.cli.doctor;

import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.protocol.InvalidValue;
import cd.go.contrib.k8sexec.protocol.Setting;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The variables GO_K8S_… of the agent: one that holds what cannot be used, and one that nothing reads, which may be
 * misspelt.
 */
final class SettingsCheck {
    private static final String ID = "settings";
    /** What Kubernetes sets for a Service whose name begins with go-k8s ("Service", "Discovering services"). */
    private static final Pattern OF_A_SERVICE = Pattern.compile(
            Setting.PREFIX + "(.+_)?(SERVICE_HOST|SERVICE_PORT(_.+)?|PORT(_\\d+_(TCP|UDP|SCTP)(_.+)?)?)");
    /** Letters that may be wrong, missing or too many. */
    private static final int MISSPELT = 2;

    private final List<String> findings = new ArrayList<>();
    private final List<String> remedies = new ArrayList<>();

    private SettingsCheck() {}

    static Check of(Map<String, String> environment) {
        Map<String, String> variables = new TreeMap<>(environment);
        variables
                .entrySet()
                .removeIf(variable -> !variable.getKey().startsWith(Setting.PREFIX)
                        || OF_A_SERVICE.matcher(variable.getKey()).matches());
        SettingsCheck check = new SettingsCheck();
        for (Setting setting : Setting.values()) {
            String value = variables.remove(setting.variable());
            if (value != null && !value.isBlank()) {
                check.read(setting, value);
            }
        }
        boolean wrong = !check.findings.isEmpty();
        variables.keySet().forEach(check::unknown);
        if (check.findings.isEmpty()) {
            return Check.ok(ID, "the agent container sets no variable that k8s-exec does not know");
        }
        String finding = String.join("; ", check.findings);
        String remedy = "in the agent container: " + String.join("; ", check.remedies);
        return wrong ? Check.failure(ID, finding, remedy) : Check.warning(ID, finding, remedy);
    }

    private void read(Setting setting, String value) {
        try {
            setting.parse(value);
        } catch (InvalidValue e) {
            findings.add(setting.variable() + " is " + K8sExecException.quoted(value) + ", which " + e.reason());
            remedies.add("for " + setting.variable() + " " + e.remedy());
        }
    }

    private void unknown(String name) {
        List<String> words = known(one -> haveSameWords(one, ending(name)));
        List<String> similar = words.isEmpty() ? known(one -> distance(one, ending(name)) <= MISSPELT) : words;
        findings.add(name + " is not known to this k8s-exec, so it has no effect");
        remedies.add(similar.isEmpty() ? "remove " + name : "rename " + name + " to " + String.join(" or ", similar));
    }

    private static List<String> known(Predicate<String> isMeant) {
        return Stream.of(Setting.values())
                .map(Setting::variable)
                .filter(variable -> isMeant.test(ending(variable)))
                .toList();
    }

    private static String ending(String name) {
        return name.substring(Setting.PREFIX.length());
    }

    /** Whether one has all words of the other. */
    private static boolean haveSameWords(String one, String other) {
        List<String> words = words(one);
        List<String> others = words(other);
        return !others.isEmpty() && (words.containsAll(others) || others.containsAll(words));
    }

    private static List<String> words(String name) {
        return Stream.of(name.split("_")).filter(word -> !word.isEmpty()).toList();
    }

    /** The number of letters to insert, delete or replace (Levenshtein). */
    private static int distance(String one, String other) {
        int[] row = new int[other.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int replaced = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[other.length()];
    }
}
