package cd.go.contrib.k8sexec.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class MarkdownTextTest {
    private static final String PAGE = """
            Words of a paragraph that is long enough for
            two lines, see [docs/pods.md](../pods.md#way-in).

            ## Causes

            - One: `TARGET_NONE`.
            - Another that is long, with `kubectl logs
              POD` in it.

            ## Example

            ```sh
            # a comment, `code` and   blanks stay as they are

              k8s-exec doctor   # long as it is
            ```

            ```yaml
            - a: 1
            ```
            """;

    @Test
    void text_is_wrapped_and_code_is_not() {
        assertEquals("""
                Words of a paragraph that is
                long enough for two lines, see
                docs/pods.md.

                Causes:
                  - One: TARGET_NONE.
                  - Another that is long, with
                    ‘kubectl logs POD’ in it.

                Example:
                    # a comment, `code` and   blanks stay as they are

                      k8s-exec doctor   # long as it is

                    - a: 1""", MarkdownText.render(PAGE, false, 30));
    }

    @Test
    void at_a_terminal_headings_and_code_are_bold_and_count_for_what_is_seen() {
        assertEquals("""
                a b \033[1mcd\033[0m
                \033[1mef\033[0m, g

                \033[1mX:\033[0m
                  - \033[1my\033[0m""", MarkdownText.render("a b `cd ef`, g\n\n## X\n\n- `y`\n", true, 6));
    }

    @Test
    void a_word_that_is_longer_than_the_terminal_is_wide_has_a_line_of_its_own() {
        assertEquals("a\nkubernetes\nb", MarkdownText.render("a kubernetes b\n", false, 4));
    }
}
