package cd.go.contrib.k8sexec.cli.outcome;

import cd.go.contrib.k8sexec.protocol.Setting;

/**
 * A message for GoCD's console: there nobody has a command line, but the form of the task and the Pod's manifest. So an
 * option becomes the task's property or the variable of the agent container that set the same.
 */
public final class ConsoleWords {
    private ConsoleWords() {}

    /** @param message has a variable and its option as "VARIABLE or --option", in either order, or one of them */
    public static String of(String message) {
        String text = message;
        for (Setting setting : Setting.values()) {
            String option = setting.option() + "(?![\\w-])";
            String variable = setting.variable() + "(?!\\w)";
            String both = "(?:" + variable + "(?:,| or| and) " + option + "|" + option + "(?:,| or| and) " + variable
                    + "|" + option + ")";
            text = text.replaceAll(both, place(setting));
        }
        return text;
    }

    private static String place(Setting setting) {
        String variable = setting.variable() + " in the agent container";
        return setting.property().isPresent()
                ? "the task's \"" + setting.title() + "\" (or " + variable + ")"
                : variable;
    }
}
