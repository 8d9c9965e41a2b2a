package cd.go.contrib.k8sexec.cli.doctor;

import cd.go.contrib.k8sexec.cli.outcome.JsonText;
import java.util.List;
import java.util.Locale;

/** All checks of one examination. */
public record Report(List<Check> checks) {

    public long count(Check.Status status) {
        return checks.stream().filter(check -> check.status() == status).count();
    }

    /** One JSON object: {@code status} is the worst of the checks, which follow in {@code checks}. */
    public String toJson() {
        return JsonText.of(generator -> {
            generator.useDefaultPrettyPrinter();
            generator.writeStartObject();
            generator.writeStringField(
                    "status",
                    name(
                            count(Check.Status.FAILURE) > 0
                                    ? Check.Status.FAILURE
                                    : count(Check.Status.WARNING) > 0 ? Check.Status.WARNING : Check.Status.OK));
            generator.writeArrayFieldStart("checks");
            for (Check check : checks) {
                generator.writeStartObject();
                generator.writeStringField("id", check.id());
                generator.writeStringField("status", name(check.status()));
                generator.writeStringField("finding", check.finding());
                generator.writeStringField(
                        "remedy", check.remedy() == null ? null : check.remedy().text());
                generator.writeEndObject();
            }
            generator.writeEndArray();
            generator.writeEndObject();
        });
    }

    public static String name(Check.Status status) {
        return status.name().toLowerCase(Locale.ROOT);
    }
}
