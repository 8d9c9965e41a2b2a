package cd.go.contrib.k8sexec.cli.command;

import cd.go.contrib.k8sexec.protocol.Durations;
import cd.go.contrib.k8sexec.protocol.InvalidValue;
import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A duration of the command line; blank for the default, as null. */
final class DurationConverter implements ITypeConverter<Duration> {

    @Override
    public Duration convert(String value) {
        try {
            return value.isBlank() ? null : Durations.parse(value);
        } catch (InvalidValue e) {
            throw new TypeConversionException("'" + value + "' " + e.reason() + ": " + e.remedy());
        }
    }
}
