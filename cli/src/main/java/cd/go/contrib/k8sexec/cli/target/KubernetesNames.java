package cd.go.contrib.k8sexec.cli.target;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What kubelet and container runtimes call things, by what anybody may read of a process: the sources of its mounts
 * (proc_pid_mountinfo(5)) and the paths of its control groups.
 */
final class KubernetesNames {
    /** In the source of each mount that tells a name here. */
    static final String PODS = "/pods/";

    /**
     * kubelet mounts files below {@code …/pods/UID/containers/NAME/} (the termination log, wherever the Pod wants it)
     * and {@code …/pods/UID/volume-subpaths/VOLUME/NAME/}.
     */
    private static final Pattern CONTAINER =
            Pattern.compile("/pods/[^/]+/(?:containers|volume-subpaths/[^/]+)/([^/]+)/");
    /** A Pod from a file of the node has a UID without dashes. */
    private static final Pattern POD_FOLDER = Pattern.compile("/pods/([0-9a-f-]{32,36})/");
    /** systemd has underscores for dashes. */
    private static final Pattern POD_GROUP = Pattern.compile("/(?:kubepods[^/]*-)?pod([0-9a-f_-]{32,36})(?:[./]|$)");
    /** What kubelet mounts there is below the Pod's own folder. */
    private static final Set<String> MOUNTED_BY_KUBELET = Set.of("/etc/hosts", "/dev/termination-log");
    /** {@code …/ID}, {@code …-ID.scope}. */
    private static final Pattern CONTAINER_GROUP = Pattern.compile("([0-9a-f]{64})(\\.scope)?(/|$)", Pattern.MULTILINE);

    /** {@code …/pods/UID/volumes/kubernetes.io~KIND/VOLUME}. */
    private static final Pattern VOLUME = Pattern.compile("/pods/[^/]+/volumes/[^/]+~[^/]+/([^/]+)");
    /** A label of RFC 1123. */
    private static final Pattern CONTAINER_NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

    private KubernetesNames() {}

    static boolean isContainer(String name) {
        return CONTAINER_NAME.matcher(name).matches();
    }

    static Optional<String> container(List<Mount> mounts) {
        return mounts.stream()
                .flatMap(mount -> find(CONTAINER, mount.root()).stream())
                .findFirst();
    }

    static Optional<String> volume(String root) {
        return find(VOLUME, root);
    }

    static Optional<String> podUid(List<Mount> mounts) {
        return mounts.stream()
                .filter(mount -> MOUNTED_BY_KUBELET.contains(mount.point()))
                .flatMap(mount -> find(POD_FOLDER, mount.root()).stream())
                .findFirst();
    }

    static Optional<String> podUid(String controlGroups) {
        return find(POD_GROUP, controlGroups).map(uid -> uid.replace('_', '-'));
    }

    static Optional<String> containerId(String controlGroups) {
        return find(CONTAINER_GROUP, controlGroups);
    }

    private static Optional<String> find(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
    }
}
