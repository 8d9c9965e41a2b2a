package cd.go.contrib.k8sexec.cli.docs;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.ErrorText;

/** docs/errors.md, the index of docs/errors. */
final class ErrorsDocument {
    private ErrorsDocument() {}

    static String markdown() {
        StringBuilder document = new StringBuilder("""
            # Errors of k8s-exec

            If k8s-exec itself fails, it prints one line, `k8s-exec: error [ID]: what, why; what to do`, and ends with
            the exit code of this table. The ids are stable. `k8s-exec explain ID` prints the same page in a terminal.

            | id | exit code | meaning |
            | --- | --- | --- |
            """);
        for (ErrorId id : ErrorId.values()) {
            document.append(String.format(
                    "| [`%s`](errors/%s.md) | %d | %s |%n", id, id, id.exitCode(), ErrorText.summary(id)));
        }
        return document.toString();
    }
}
