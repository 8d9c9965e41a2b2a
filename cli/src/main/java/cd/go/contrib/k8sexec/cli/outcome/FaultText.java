package cd.go.contrib.k8sexec.cli.outcome;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.ArrayList;
import java.util.List;

/**
 * An exception in words, for whoever reports a fault. Many an exception quotes what it could not read, which may be the
 * value of a variable: so of one that is not known to be free of that, the type has to do.
 */
public final class FaultText {
    private FaultText() {}

    /** The exception and its causes, on one line. */
    static String chain(Throwable e) {
        return one(e) + (e.getCause() == null ? "" : ", caused by " + chain(e.getCause()));
    }

    /**
     * Where an error comes from: the exception that it stands for, if there is one, and the causes of that, with their
     * places.
     */
    public static List<String> trace(K8sExecException e) {
        List<String> lines = new ArrayList<>();
        Throwable first = e.getCause() == null ? e : e.getCause();
        for (Throwable each = first; each != null; each = each.getCause()) {
            lines.add(each == first ? one(each) : "caused by " + one(each));
            for (StackTraceElement place : each.getStackTrace()) {
                lines.add("    at " + place);
            }
        }
        return lines;
    }

    private static String one(Throwable e) {
        String type = e.getClass().getName();
        return quotesNothing(e) && e.getMessage() != null
                ? type + ": " + K8sExecException.harmless(e.getMessage())
                : type;
    }

    /** These name a path, a place or a limit, or what the operating system says. */
    private static boolean quotesNothing(Throwable e) {
        return e instanceof FileSystemException
                || e.getClass() == IOException.class
                || e instanceof VirtualMachineError
                || e instanceof NullPointerException
                || e instanceof IndexOutOfBoundsException;
    }
}
