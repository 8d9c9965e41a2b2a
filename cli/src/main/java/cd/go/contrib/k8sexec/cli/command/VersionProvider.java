package cd.go.contrib.k8sexec.cli.command;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** Version and commit, as the build wrote them. */
final class VersionProvider implements IVersionProvider {
    private static final Properties BUILD = new Properties();

    static {
        try (InputStream build = VersionProvider.class.getResourceAsStream("/build.properties")) {
            BUILD.load(build);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String[] getVersion() {
        String kind = System.getProperty("org.graalvm.nativeimage.imagecode") == null ? "JVM" : "native";
        return new String[] {
            "k8s-exec " + BUILD.getProperty("version") + " (commit " + BUILD.getProperty("commit") + ", " + kind + ")"
        };
    }
}
