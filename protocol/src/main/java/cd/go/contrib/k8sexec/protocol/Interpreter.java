package cd.go.contrib.k8sexec.protocol;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** The program that reads a script, with the options that the task asks for. Immutable. */
public final class Interpreter {
    /** The shell that nearly every image has. */
    public static final Interpreter SH = new Interpreter("sh", List.of());

    /** In the place of a name: the script's own first line says what runs it. */
    public static final String SHEBANG = "shebang";

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.+-]*");
    private static final Pattern PATH = Pattern.compile("/[^\\p{Cntrl}]*[^\\p{Cntrl}/]");
    /** An argument with which a shell's options end (POSIX, Shell and Utilities, "sh"). */
    private static final Pattern END_OF_OPTIONS = Pattern.compile("--?([ \t].*)?");
    /** Those that have -e and -x as POSIX has them (Shell Command Language, 2.14, "set"). */
    private static final Set<String> POSIX_SHELLS = Set.of(
            "ash", "bash", "dash", "ksh", "ksh93", "lksh", "loksh", "mksh", "oksh", "pdksh", "posh", "sh", "yash",
            "zsh");

    private static final Set<String> SHELLS_WITH_PIPEFAIL = Set.of("bash", "zsh");
    private static final Set<String> NODE = Set.of("node", "nodejs");

    private final String program;
    private final List<String> arguments;

    private Interpreter(String program, List<String> arguments) {
        this.program = program;
        this.arguments = List.copyOf(arguments);
    }

    /**
     * What runs a script.
     *
     * @param shell  the name of a program, an absolute path, or {@link #SHEBANG}
     * @param script the script's text
     */
    public static Interpreter of(String shell, String script) throws InvalidValue {
        if (shell.equals(SHEBANG)) {
            return ofFirstLine(script)
                    .orElseThrow(() -> new InvalidValue(
                            "needs a script whose first line is #! and an absolute path",
                            "begin it with a line like #!/usr/bin/env python3, or choose a shell"));
        }
        return named(shell)
                .orElseThrow(() -> new InvalidValue(
                        "cannot be one",
                        "use bash, zsh, sh, the name or absolute path of another interpreter, or shebang"));
    }

    private static Optional<Interpreter> named(String program) {
        return NAME.matcher(program).matches() || PATH.matcher(program).matches()
                ? Optional.of(of(program, List.of()))
                : Optional.empty();
    }

    /**
     * What the script's first line names, as Linux reads it: after {@code #!} and blanks an absolute path, and the rest
     * of the line, without the blanks around it, as one argument (execve(2), "Interpreter scripts").
     *
     * @return empty if there is no such line
     */
    private static Optional<Interpreter> ofFirstLine(String script) {
        String line = script.lines().findFirst().orElse("");
        if (!line.startsWith("#!")) {
            return Optional.empty();
        }
        String[] parts = trimBlanks(line.substring(2)).split("[ \t]+", 2);
        if (!PATH.matcher(parts[0]).matches()) {
            return Optional.empty();
        }
        return Optional.of(of(parts[0], parts.length == 1 ? List.of() : List.of(parts[1])));
    }

    private static String trimBlanks(String text) {
        return text.replaceAll("^[ \t]+|[ \t]+$", "");
    }

    private static Interpreter of(String program, List<String> arguments) {
        Interpreter interpreter = new Interpreter(program, arguments);
        // node looks up where a script's path leads to, and a file in memory has no such place
        return NODE.contains(interpreter.name()) ? interpreter.with(List.of("--preserve-symlinks-main")) : interpreter;
    }

    /** A name that is looked for along the script's PATH, or an absolute path. */
    public String program() {
        return program;
    }

    /**
     * The program's file name; of {@code /usr/bin/env python3}, and of {@code env -S python3 -u}, that of the program
     * that env runs.
     */
    public String name() {
        String meant = runByEnv().orElse(program);
        return meant.substring(meant.lastIndexOf('/') + 1);
    }

    /** The programs that the guest must have. */
    public List<String> required() {
        return runByEnv().map(other -> List.of(program, other)).orElse(List.of(program));
    }

    private Optional<String> runByEnv() {
        if (!program.endsWith("/env") || arguments.isEmpty()) {
            return Optional.empty();
        }
        String first = trimBlanks(arguments.get(0).replaceFirst("^-S", "")).split("[ \t]+")[0];
        return named(first).map(Interpreter::program);
    }

    /**
     * With the options that end the script at its first command that fails: -e, and pipefail if the shell is known to
     * have it.
     */
    public Interpreter failingFast() throws InvalidValue {
        requirePosixShell();
        return with(SHELLS_WITH_PIPEFAIL.contains(name()) ? List.of("-e", "-o", "pipefail") : List.of("-e"));
    }

    /** With the option that prints each command before it runs: -x. */
    public Interpreter tracing() throws InvalidValue {
        requirePosixShell();
        return with(List.of("-x"));
    }

    /** Whether it is a POSIX shell. */
    public boolean isShell() {
        return POSIX_SHELLS.contains(name());
    }

    private void requirePosixShell() throws InvalidValue {
        if (!isShell()) {
            throw new InvalidValue("works with a shell only", "switch it off, or use bash, zsh or sh");
        }
    }

    /** After the arguments of its own, but before one that ends the options, as in {@code #!/bin/sh -}. */
    private Interpreter with(List<String> more) {
        List<String> all = new ArrayList<>(arguments);
        int end = 0;
        while (end < all.size() && !END_OF_OPTIONS.matcher(all.get(end)).matches()) {
            end++;
        }
        all.addAll(end, more);
        return new Interpreter(program, all);
    }

    /** The command line up to the script's path. */
    public List<String> words() {
        List<String> words = new ArrayList<>(List.of(program));
        words.addAll(arguments);
        return words;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Interpreter && words().equals(((Interpreter) other).words());
    }

    @Override
    public int hashCode() {
        return Objects.hash(program, arguments);
    }

    @Override
    public String toString() {
        return String.join(" ", words());
    }
}
