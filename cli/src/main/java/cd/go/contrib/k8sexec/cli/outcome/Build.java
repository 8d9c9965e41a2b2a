package cd.go.contrib.k8sexec.cli.outcome;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** Which k8s-exec this is, as the build wrote it. */
public final class Build {
    private static final Properties PROPERTIES = new Properties();

    static {
        try (InputStream properties = Build.class.getResourceAsStream("/build.properties")) {
            PROPERTIES.load(properties);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Build() {}

    /** Version, commit, and JVM or native, on one line. */
    public static String description() {
        String kind = System.getProperty("org.graalvm.nativeimage.imagecode") == null ? "JVM" : "native";
        return "k8s-exec " + PROPERTIES.getProperty("version") + " (commit " + PROPERTIES.getProperty("commit") + ", "
                + kind + ")";
    }
}
