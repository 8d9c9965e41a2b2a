package cd.go.contrib.k8sexec.cli.doctor;

import java.nio.file.Path;
import java.util.Optional;
import java.util.ServiceLoader;

/** Looks up the capabilities of a program's file, which the JDK cannot. */
public interface FileCapabilityReader {

    /**
     * The native executable's own, which uses getxattr(2), or else getcap(8); chosen while the image is built, as a static field's value.
     */
    FileCapabilityReader DEFAULT = System.getProperty("org.graalvm.nativeimage.imagecode") == null
            ? FileCapabilityReader::byGetcap
            : ServiceLoader.load(FileCapabilityReader.class).findFirst().orElse(FileCapabilityReader::byGetcap);

    /** Empty where they cannot be found out. */
    Optional<FileCapabilities> read(Path program);

    private static Optional<FileCapabilities> byGetcap(Path program) {
        String path = program.toString();
        return Program.run("/usr/sbin/getcap", "--", path)
                .or(() -> Program.run("/sbin/getcap", "--", path))
                .filter(Program.Output::succeeded)
                .map(output -> FileCapabilities.parse(output.text().replace(path, "")));
    }
}
