package cd.go.contrib.k8sexec.cli.enter;

import static cd.go.contrib.k8sexec.cli.platform.ByteString.shellQuoted;

import cd.go.contrib.k8sexec.cli.platform.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The part of a shell's program that sets the environment of another program. */
final class Exports {
    /** Less than Linux takes in one argument: MAX_ARG_STRLEN in linux/binfmts.h, 32 pages. */
    private static final int LONGEST_ENV_ARGUMENT = 120_000;

    private static final int NAMES_IN_A_WARNING = 20;
    /**
     * Names that some shell does not take like others: read-only, computed, or a number to it (bash(1), dash(1),
     * mksh(1), zshparam(1)).
     */
    private static final Set<String> SPECIAL = Set.of(
            "_",
            "BASHOPTS",
            "BASHPID",
            "BASH_ARGC",
            "BASH_ARGV",
            "BASH_ARGV0",
            "BASH_LINENO",
            "BASH_SOURCE",
            "BASH_SUBSHELL",
            "BASH_VERSINFO",
            "COLUMNS",
            "DIRSTACK",
            "EGID",
            "EPOCHREALTIME",
            "EPOCHSECONDS",
            "EUID",
            "FUNCNAME",
            "GID",
            "GROUPS",
            "HISTCMD",
            "IFS",
            "LINENO",
            "LINES",
            "OLDPWD",
            "OPTARG",
            "OPTIND",
            "PIPESTATUS",
            "POSIXLY_CORRECT",
            "PPID",
            "PWD",
            "RANDOM",
            "SECONDS",
            "SHELLOPTS",
            "SHLVL",
            "SRANDOM",
            "TMOUT",
            "UID");

    private final ShellText text;

    private Exports(ShellText text) {
        this.text = text;
    }

    /** How many bytes they take, about. */
    static int size(ScriptEnvironment environment) {
        int size = 0;
        for (Map.Entry<String, String> variable : environment.variables().entrySet()) {
            size += variable.getKey().length() + variable.getValue().length() + "export =''\n".length();
        }
        return size;
    }

    /**
     * Adds what sets the environment.
     *
     * @return what goes before a command if K8S_EXEC_ENV0 is not empty; empty if it always is
     */
    static String add(ShellText text, ScriptEnvironment environment) {
        return new Exports(text).add(environment);
    }

    private String add(ScriptEnvironment environment) {
        text.line("unset OLDPWD");
        List<Map.Entry<String, String>> last = new ArrayList<>();
        List<Map.Entry<String, String>> special = new ArrayList<>();
        for (Map.Entry<String, String> variable : environment.variables().entrySet()) {
            if (!isExportable(variable.getKey()) || SPECIAL.contains(variable.getKey())) {
                special.add(variable);
            } else if (isLast(variable.getKey())) {
                last.add(variable);
            } else {
                export(variable);
            }
        }
        String env = special.isEmpty() ? "" : writeSpecial(special);
        // a shell warns if the guest has no such locale; the task's own shell will say it once more
        text.line("{");
        last.forEach(this::export);
        text.line(":");
        text.line("} 2>/dev/null");
        return env;
    }

    /** [A-Za-z_][A-Za-z0-9_]*, without a regular expression: there may be thousands of variables. */
    private static boolean isExportable(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c != '_' && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && (i == 0 || c < '0' || c > '9')) {
                return false;
            }
        }
        return !name.isEmpty();
    }

    /** A shell reads what follows in the charset that these set, and looks for programs along PATH. */
    private static boolean isLast(String name) {
        return name.equals("PATH") || name.startsWith("LC_") || name.equals("LANG") || name.equals("LANGUAGE");
    }

    /**
     * For names that a shell cannot export, or not as they are: GNU's {@code env -S} puts in the values of other
     * variables itself, so that they stand in no argument list. If env has no -S, what the shell takes is exported
     * and the rest is reported.
     *
     * @return the words that go before the command that hands over, if K8S_EXEC_ENV0 is not empty
     */
    private String writeSpecial(List<Map.Entry<String, String>> special) {
        Map<Boolean, List<Map.Entry<String, String>>> byFit = special.stream()
                .collect(Collectors.partitioningBy(
                        variable -> assignment(variable.getKey(), 0).length() < LONGEST_ENV_ARGUMENT - 100));
        List<Map.Entry<String, String>> fitting = byFit.get(true);
        List<String> arguments = envArguments(fitting);
        text.line("K8S_EXEC_ENV0=");
        text.line("if env -S true >/dev/null 2>&1; then");
        for (int i = 0; i < fitting.size(); i++) {
            text.line(
                    "export K8S_EXEC_V",
                    String.valueOf(i),
                    "=",
                    shellQuoted(fitting.get(i).getValue()));
        }
        for (int i = 0; i < arguments.size(); i++) {
            text.line("K8S_EXEC_ENV", String.valueOf(i), "=", shellQuoted(arguments.get(i)));
        }
        warnLeftOut(byFit.get(false), "the name is too long");
        text.line("else");
        List<Map.Entry<String, String>> never = new ArrayList<>();
        for (Map.Entry<String, String> variable : special) {
            if (isExportable(variable.getKey())) {
                text.line(
                        "if (export ", variable.getKey(), "=", shellQuoted(variable.getValue()), ") 2>/dev/null; then");
                export(variable);
                text.line("else");
                warnLeftOut(List.of(variable), "the guest's sh does not let it be set");
                text.line("fi");
            } else {
                never.add(variable);
            }
        }
        warnLeftOut(
                never,
                "no shell can export such a name and the guest's env has no -S (GNU coreutils 8.30 or newer has it)");
        text.line("fi");
        return IntStream.range(0, arguments.size())
                .mapToObj(i -> "env -S \"$K8S_EXEC_ENV" + i + "\" ")
                .collect(Collectors.joining());
    }

    /**
     * What env -S is given, cut if it would be longer than Linux takes. Each ends its options, for a name that
     * begins with a dash.
     */
    private static List<String> envArguments(List<Map.Entry<String, String>> variables) {
        List<String> arguments = new ArrayList<>();
        StringBuilder options = new StringBuilder();
        StringBuilder assignments = new StringBuilder();
        for (int i = 0; i < variables.size(); i++) {
            String option = "-u K8S_EXEC_V" + i + " ";
            String assignment = assignment(variables.get(i).getKey(), i);
            if (options.length() + option.length() + assignments.length() + assignment.length()
                    > LONGEST_ENV_ARGUMENT) {
                arguments.add(options + "-- " + assignments);
                options.setLength(0);
                assignments.setLength(0);
            }
            options.append(option);
            assignments.append(assignment);
        }
        arguments.add(options + "-- " + assignments);
        return arguments;
    }

    private static String assignment(String name, int number) {
        return "'" + name.replace("\\", "\\\\").replace("'", "\\'") + "='\"${K8S_EXEC_V" + number + "}\" ";
    }

    private void warnLeftOut(List<Map.Entry<String, String>> variables, String why) {
        if (!variables.isEmpty()) {
            String names = variables.stream()
                    .limit(NAMES_IN_A_WARNING)
                    .map(variable -> variable.getKey().replaceAll("\\p{Cntrl}", "?"))
                    .map(name -> name.length() > 100 ? name.substring(0, 100) + "..." : name)
                    .collect(Collectors.joining(" "));
            int more = variables.size() - NAMES_IN_A_WARNING;
            String warning = "k8s-exec: warning: not passed on, because " + why + ": " + names
                    + (more > 0 ? " and " + more + " more" : "");
            text.line(ShellText.printBytes(warning));
        }
    }

    private void export(Map.Entry<String, String> variable) {
        // the pieces of a quoted word, not the word, which would be one more copy of it
        text.line("export ", variable.getKey(), "='", ByteString.betweenQuotes(variable.getValue()), "'");
    }
}
