package cd.go.contrib.k8sexec.cli.target;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What /proc says of this process. */
public record Self(ProcFs proc) {
    private static final Pattern UMASK = Pattern.compile("^Umask:\\s*([0-7]+)$", Pattern.MULTILINE);
    /** As RFC 1123 has a subdomain. */
    private static final Pattern POD_NAME = Pattern.compile("[a-z0-9]([a-z0-9.-]*[a-z0-9])?");

    private static final int USUAL_UMASK = 022;

    /** What the node's security policy calls this process (SELinux, AppArmor); empty where it has none. */
    public Optional<String> securityLabel() {
        return proc.read("self", "attr/current")
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8)
                        .replace("\0", "")
                        .strip())
                .filter(label -> !label.isEmpty());
    }

    /** The name of its Pod, which kubelet makes the host's; empty outside of Kubernetes. */
    public Optional<String> podName() {
        return proc.podUid("self")
                .flatMap(uid -> proc.read("sys/kernel", "hostname"))
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8).strip())
                .filter(name -> POD_NAME.matcher(name).matches());
    }

    /** Of this process. */
    public int umask() {
        String status = proc.read("self", "status")
                .map(bytes -> new String(bytes, StandardCharsets.ISO_8859_1))
                .orElse("");
        Matcher mask = UMASK.matcher(status);
        return mask.find() ? Integer.parseInt(mask.group(1), 8) : USUAL_UMASK;
    }
}
