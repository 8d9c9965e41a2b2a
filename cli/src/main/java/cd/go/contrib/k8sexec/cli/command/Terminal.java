package cd.go.contrib.k8sexec.cli.command;

import cd.go.contrib.k8sexec.cli.platform.Platform;

/** What our output is printed on. */
final class Terminal {
    /** Moves to the upper left corner and clears the screen (ECMA-48: CUP, ED). */
    static final String CLEAR = "\033[H\033[2J";

    private static final int USUAL_WIDTH = 80;

    /** Lines of a text that are longer are hard to read. */
    private static final int LONGEST_LINE = 100;

    private Terminal() {}

    /** Whether standard output is a terminal. */
    static boolean isOutput() {
        return Platform.CURRENT.isTerminal(1);
    }

    /** A line cut to the terminal's width, if it goes to one: as COLUMNS or else the terminal says. */
    static String fitted(String line) {
        int width = isOutput() ? width() : Integer.MAX_VALUE;
        return line.length() <= width ? line : line.substring(0, width - 1) + "…";
    }

    /** How long lines of a text may be, in columns. */
    static int textWidth() {
        return isOutput() ? Math.min(width(), LONGEST_LINE) : USUAL_WIDTH;
    }

    private static int width() {
        String columns = Platform.CURRENT.variable("COLUMNS");
        if (columns != null && columns.matches("[1-9]\\d{1,3}")) {
            return Integer.parseInt(columns);
        }
        int known = Platform.CURRENT.columns();
        return known > 0 ? known : USUAL_WIDTH;
    }
}
