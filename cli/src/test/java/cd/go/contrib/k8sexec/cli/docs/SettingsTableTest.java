package cd.go.contrib.k8sexec.cli.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.protocol.InvalidValue;
import cd.go.contrib.k8sexec.protocol.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The table of settings in docs/configure.md, between two comments, is made from {@link Setting}. */
class SettingsTableTest {
    private static final Path DOCUMENT = Path.of("../docs/configure.md");
    private static final String BEGIN = "<!-- settings: begin -->\n";
    private static final String END = "<!-- settings: end -->\n";

    @Test
    void the_table_says_what_the_code_says() throws IOException {
        String text = Files.readString(DOCUMENT);
        int begin = text.indexOf(BEGIN) + BEGIN.length();
        int end = text.indexOf(END, begin);
        assertTrue(begin >= BEGIN.length() && end > begin, "docs/configure.md lacks " + BEGIN + END);
        if (Boolean.getBoolean("settings.write")) {
            Files.writeString(DOCUMENT, text.substring(0, begin) + markdown() + text.substring(end));
        } else {
            assertEquals(
                    markdown(),
                    text.substring(begin, end),
                    "docs/configure.md is not what the code says; write it: "
                            + "./mvnw test -pl cli -Dtest=SettingsTableTest -Dsettings.write=true");
        }
    }

    private static String markdown() {
        StringBuilder table = new StringBuilder("""
            | variable | option | property | meaning | default |
            | --- | --- | --- | --- | --- |
            """);
        for (Setting setting : Setting.values()) {
            List<String> cells = List.of(
                    code(setting.variable()),
                    code(setting.option()),
                    setting.property().map(SettingsTableTest::code).orElse(""),
                    setting.text(),
                    standard(setting));
            table.append("| ").append(String.join(" | ", cells)).append(" |\n");
        }
        return table.toString();
    }

    /** A value that could be typed is code, and words are not. */
    private static String standard(Setting setting) {
        String text = setting.defaultText();
        if (text.isEmpty()) {
            return "must be set";
        }
        try {
            setting.parse(text);
            return code(text);
        } catch (InvalidValue e) {
            return text;
        }
    }

    private static String code(String text) {
        return "`" + text + "`";
    }
}
