package cd.go.contrib.k8sexec.cli.docs;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.Explanation;
import java.util.Locale;

/** docs/errors.md, made from the code. */
final class ErrorsDocument {
    private ErrorsDocument() {}

    static String markdown() {
        StringBuilder document = new StringBuilder("""
            # Errors of k8s-exec

            Where k8s-exec itself fails, it prints one line, `k8s-exec: error [ID]: what, why; what to do`, and ends with the exit code
            below. The ids are stable. `k8s-exec explain ID` prints the same text as this page, which is made from the code.

            | id | exit code | meaning |
            | --- | --- | --- |
            """);
        for (ErrorId id : ErrorId.values()) {
            String anchor = id.name().toLowerCase(Locale.ROOT);
            document.append("| [`")
                    .append(id)
                    .append("`](#")
                    .append(anchor)
                    .append(") | ")
                    .append(id.exitCode())
                    .append(" | ")
                    .append(Explanation.summary(id))
                    .append(" |\n");
        }
        for (ErrorId id : ErrorId.values()) {
            document.append("\n## ").append(id).append("\n\n").append(Explanation.of(id));
        }
        return document.toString();
    }
}
