package cd.go.contrib.k8sexec.cli.outcome;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.regex.Pattern;

/**
 * k8s-exec could not do its part. The message is one line: what happened with the value, why it matters; what fixes it.
 * It never holds the value of a variable.
 */
public class K8sExecException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Chars of a line for people, or of a part of a message. */
    private static final int LONGEST = 2000;

    private static final Pattern HARMFUL = Pattern.compile("[\\p{Cntrl}\\u0080-\\u009f\\u2028\\u2029\\p{Cf}]");

    private final ErrorId id;
    private final String what;
    private final String why;
    private final transient Remedy remedy;

    public K8sExecException(ErrorId id, String what, String why, String remedy) {
        this(id, what, why, Remedy.of(remedy));
    }

    public K8sExecException(ErrorId id, String what, String why, Remedy remedy) {
        super(line(what) + ", " + line(why) + "; " + line(remedy.text()));
        this.id = id;
        this.what = line(what);
        this.why = line(why);
        this.remedy = new Remedy(line(remedy.text()), remedy.changes());
    }

    /**
     * What is none of our own errors is a fault of ours. The message has what is needed to report it, and no value of a
     * variable.
     */
    public static K8sExecException of(Throwable e) {
        if (e instanceof K8sExecException known) {
            return known;
        }
        if (e instanceof InvalidPathException path && path.getReason().contains("unmappable")) {
            // of the JVM build alone
            return new K8sExecException(
                    ErrorId.SETTING_INVALID,
                    "a path has characters that Java has no names for in this locale (LC_ALL, LANG)",
                    "so it cannot be looked for",
                    "set LC_ALL=C.UTF-8 in the agent container, or use the native executable, which needs no locale");
        }
        K8sExecException internal = new K8sExecException(
                ErrorId.INTERNAL,
                "k8s-exec failed in a way that it does not know (" + FaultText.chain(e) + ")",
                "which is a fault in it",
                "report this line, what K8S_EXEC_DEBUG=1 adds to it, and the command line [" + Build.description()
                        + "]");
        internal.initCause(e);
        return internal;
    }

    public ErrorId id() {
        return id;
    }

    /** What is printed on standard error. */
    public String line() {
        return "k8s-exec: error [" + id + "]: " + getMessage();
    }

    /** The message's first part: what happened. */
    public String what() {
        return what;
    }

    /** The message's second part: why it matters. */
    public String why() {
        return why;
    }

    /** The message's first two parts: what happened, and why it matters. */
    public String finding() {
        return what + ", " + why;
    }

    /** The message's last part: what fixes it. */
    public String remedy() {
        return remedy.text();
    }

    /** The same, with what it changes in the Pod's manifest. */
    public Remedy fix() {
        return remedy;
    }

    /** Harmless, and of a length that somebody reads: much of a text may be another's. */
    public static String line(String text) {
        return harmless(text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text);
    }

    /**
     * On one line, and without what a terminal could take for a command to it: others choose the names of their
     * processes.
     */
    public static String harmless(String text) {
        return isPrintableAscii(text) ? text : HARMFUL.matcher(text).replaceAll("?");
    }

    /** Most are, and the pattern takes some ten times as long. */
    private static boolean isPrintableAscii(String text) {
        int i = 0;
        while (i < text.length() && text.charAt(i) >= ' ' && text.charAt(i) < '\u007f') {
            i++;
        }
        return i == text.length();
    }

    /**
     * The operating system's words alone, for a message that has the path already: the exception's own may be one that
     * leads through /proc, and its name says nothing to people.
     */
    public static String reason(IOException e) {
        if (e instanceof AccessDeniedException) {
            return "Permission denied";
        } else if (e instanceof NoSuchFileException) {
            return "No such file or directory";
        } else if (e instanceof FileAlreadyExistsException) {
            return "File exists";
        } else if (e instanceof DirectoryNotEmptyException) {
            return "Directory not empty";
        } else if (e instanceof NotDirectoryException) {
            return "Not a directory";
        }
        String text = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
        return text == null ? "the system does not say why" : text;
    }

    /** {@code value} in quotes, on one line and at most 200 characters long, for a message. */
    public static String quoted(String value) {
        StringBuilder quoted = new StringBuilder("\"");
        int end = Math.min(value.length(), 200);
        for (int i = 0; i < end; i++) {
            char c = value.charAt(i);
            if (c == '\n') {
                quoted.append("\\n");
            } else if (Character.isISOControl(c)) {
                quoted.append(String.format("\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append(end < value.length() ? "…\"" : "\"").toString();
    }
}
