package cd.go.contrib.k8sexec.cli.command;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Markdown for a terminal. It knows what docs/errors is written in: headings of the second level, paragraphs, lists of
 * one level, fenced code; and in a line, code and links.
 */
final class MarkdownText {
    private static final Pattern CODE_OR_LINK = Pattern.compile("`([^`]+)`|\\[([^]]+)]\\([^)]*\\)");
    private static final String HEADING = "## ";
    private static final String ITEM = "- ";

    /** ECMA-48, SGR. */
    private static final String BOLD = "\033[1m";

    private static final String PLAIN = "\033[0m";

    private final boolean isStyled;
    private final int width;
    private final StringBuilder text = new StringBuilder();
    private final List<String> block = new ArrayList<>();

    private MarkdownText(boolean isStyled, int width) {
        this.isStyled = isStyled;
        this.width = width;
    }

    /**
     * @param isStyled whether headings and code are bold; if not, code of several words stands in quotes
     * @param width    in columns; code of its own lines is not wrapped, nor is a word that is longer
     * @return lines, the last of them without its end
     */
    static String render(String markdown, boolean isStyled, int width) {
        MarkdownText rendered = new MarkdownText(isStyled, width);
        boolean isCode = false;
        for (String line : markdown.split("\n")) {
            if (line.startsWith("```")) {
                isCode = !isCode;
            } else if (isCode) {
                rendered.text.append(("    " + line).stripTrailing()).append('\n');
            } else {
                rendered.add(line);
            }
        }
        rendered.endBlock();
        return rendered.text.toString().stripTrailing();
    }

    private void add(String line) {
        if (line.startsWith(HEADING)) {
            // what it heads follows at once
            text.append(bold(line.substring(HEADING.length()) + ":"));
        } else if (line.isEmpty()) {
            endBlock();
            text.append('\n');
        } else {
            if (line.startsWith(ITEM)) {
                endBlock();
            }
            block.add(line.strip());
        }
    }

    /** The lines of a paragraph or of an item are one text, which is wrapped again. */
    private void endBlock() {
        if (block.isEmpty()) {
            return;
        }
        String joined = String.join(" ", block);
        block.clear();
        boolean isItem = joined.startsWith(ITEM);
        String indent = isItem ? "  " + ITEM : "";
        StringBuilder line = new StringBuilder();
        int length = 0;
        for (String word :
                inline(isItem ? joined.substring(ITEM.length()) : joined).split(" +")) {
            int seen = word.replace(BOLD, "").replace(PLAIN, "").length();
            if (length > 0 && indent.length() + length + 1 + seen > width) {
                text.append(indent).append(line).append('\n');
                indent = isItem ? "    " : "";
                line.setLength(0);
                length = 0;
            }
            line.append(length > 0 ? " " : "").append(word);
            length += seen + (length > 0 ? 1 : 0);
        }
        text.append(indent).append(line).append('\n');
    }

    private String inline(String markdown) {
        return CODE_OR_LINK
                .matcher(markdown)
                .replaceAll(found ->
                        Matcher.quoteReplacement(found.group(1) == null ? found.group(2) : code(found.group(1))));
    }

    /** Each word of it is bold by itself, so that a line may end in it. */
    private String code(String words) {
        if (isStyled) {
            return Stream.of(words.split(" ")).map(this::bold).collect(Collectors.joining(" "));
        }
        return words.contains(" ") ? "‘" + words + "’" : words;
    }

    private String bold(String word) {
        return isStyled ? BOLD + word + PLAIN : word;
    }
}
