package cd.go.contrib.k8sexec.cli.doctor;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;

/** All checks of one examination. */
public record Report(List<Check> checks) {

    public long count(Check.Status status) {
        return checks.stream().filter(check -> check.status() == status).count();
    }

    /** One JSON object: {@code status} is the worst of the checks, which follow in {@code checks}. */
    public String toJson() {
        StringWriter json = new StringWriter();
        try (JsonGenerator generator = new JsonFactory().createGenerator(json).useDefaultPrettyPrinter()) {
            generator.writeStartObject();
            generator.writeStringField("status", name(count(Check.Status.FAILURE) > 0 ? Check.Status.FAILURE
                : count(Check.Status.WARNING) > 0 ? Check.Status.WARNING : Check.Status.OK));
            generator.writeArrayFieldStart("checks");
            for (Check check : checks) {
                generator.writeStartObject();
                generator.writeStringField("id", check.id());
                generator.writeStringField("status", name(check.status()));
                generator.writeStringField("finding", check.finding());
                generator.writeStringField("remedy", check.remedy());
                generator.writeEndObject();
            }
            generator.writeEndArray();
            generator.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return json.toString();
    }

    public static String name(Check.Status status) {
        return status.name().toLowerCase(Locale.ROOT);
    }
}
