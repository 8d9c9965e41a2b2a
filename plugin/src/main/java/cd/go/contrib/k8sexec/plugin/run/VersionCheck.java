package cd.go.contrib.k8sexec.plugin.run;

import cd.go.contrib.k8sexec.protocol.Version;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Keeps from an older k8s-exec what it does not know, and would refuse or, worse, not do. The server upgrades the
 * plugin at once and agent images follow, so that is a normal state.
 */
public final class VersionCheck {

    private final ExecutableVersions versions;

    public VersionCheck(ExecutableVersions versions) {
        this.versions = versions;
    }

    /**
     * What k8s-exec knows at least.
     *
     * @throws TaskFailure if the task sets something that this k8s-exec is not known to have; it names both versions
     */
    public Version require(Script script, Path executable) throws TaskFailure {
        Map<String, Version> needed = script.needed();
        needed.values().removeIf(Version.V2_0_0::has);
        Optional<Version> version = versions.of(executable);
        for (Map.Entry<String, Version> each : needed.entrySet()) {
            if (!version.filter(known -> known.has(each.getValue())).isPresent()) {
                throw new TaskFailure("The task sets \"" + each.getKey() + "\", which needs k8s-exec " + each.getValue()
                        + " or newer. This agent's k8s-exec (" + executable + ") "
                        + version.map(known -> "is " + known)
                                .orElse("does not tell its version by \"k8s-exec --version\"")
                        + ", the plugin is " + pluginVersion() + ". Nothing was run. Put k8s-exec " + each.getValue()
                        + " or newer into the agent's image, or take \"" + each.getKey() + "\" out of the task.");
            }
        }
        return version.orElse(Version.V2_0_0);
    }

    /** Finds out the version before a task needs it. */
    public void learn(Path executable) throws TaskFailure {
        versions.of(executable);
    }

    private static String pluginVersion() {
        try (InputStream version = VersionCheck.class.getResourceAsStream("version.txt")) {
            return new String(version.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
