package cd.go.contrib.k8sexec.cli.target;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A line of /proc/PID/mountinfo (proc_pid_mountinfo(5)), which anybody may read.
 *
 * @param id      no other mount of the machine has it, in whatever namespace
 * @param device  the file system's device, like "8:1"
 * @param root    the folder of that file system that is mounted
 * @param point   where, as the process sees it
 * @param options the mount's and the file system's, like "ro" and "noexec"
 * @param type    the file system's type, like "ext4"
 */
public record Mount(String id, String device, String root, String point, Set<String> options, String type) {
    /** Of file systems that only one machine at a time can have mounted. */
    private static final Set<String> LOCAL =
            Set.of("bcachefs", "btrfs", "ext2", "ext3", "ext4", "f2fs", "overlay", "tmpfs", "xfs", "zfs");

    private static final Pattern OCTAL = Pattern.compile("\\\\([0-7]{3})");

    /** Of the lines that have this text anywhere: to take all of them apart takes longer than to read them. */
    static List<Mount> parse(String lines, String text) {
        List<Mount> mounts = new ArrayList<>();
        int at = lines.indexOf(text);
        while (at >= 0 && at < lines.length()) {
            int newline = lines.indexOf('\n', at);
            int end = newline < 0 ? lines.length() : newline;
            parse(lines.substring(lines.lastIndexOf('\n', at - 1) + 1, end)).ifPresent(mounts::add);
            at = lines.indexOf(text, end + 1);
        }
        return mounts;
    }

    /** Empty if the line is not of that form. */
    static Optional<Mount> parse(String line) {
        String[] fields = line.split(" ");
        int dash = List.of(fields).indexOf("-");
        if (dash < 6 || fields.length < dash + 4) {
            return Optional.empty();
        }
        Set<String> options = Stream.of(fields[5].split(","), fields[dash + 3].split(","))
                .flatMap(Stream::of)
                .collect(Collectors.toSet());
        return Optional.of(
                new Mount(fields[0], fields[2], unescaped(fields[3]), unescaped(fields[4]), options, fields[dash + 1]));
    }

    /** Whether no other machine can have the file system mounted. */
    public boolean isLocal() {
        return LOCAL.contains(type);
    }

    /** Whether it is a volume that the Pod of this UID alone has: an emptyDir, which kubelet keeps in its folder. */
    public boolean isEmptyDirOf(String podUid) {
        return root.contains("/pods/" + podUid + "/volumes/kubernetes.io~empty-dir/");
    }

    /** What kubelet calls the volume of the Pod that it is; empty if it is none. */
    public Optional<String> volume() {
        return KubernetesNames.volume(root);
    }

    /** Whether both are the same folder of the same file system. */
    public boolean isSameFolder(Mount other) {
        return device.equals(other.device) && root.equals(other.root);
    }

    /** For people, like {@code the volume work at /go}, by what kubelet calls it, or else as the file system is. */
    String describe() {
        return volume().map(volume -> "the volume " + volume)
                        .orElse(type + " " + device + (root.equals("/") ? "" : " " + root))
                + " at " + point;
    }

    /** The mount in which a path lies, of those of one process: the last of the longest that hold it. */
    public static Optional<Mount> holding(String path, List<Mount> mounts) {
        Mount found = null;
        for (Mount mount : mounts) {
            if (mount.holds(path) && (found == null || mount.point.length() >= found.point.length())) {
                found = mount;
            }
        }
        return Optional.ofNullable(found);
    }

    /** Where a path that lies in it is in its file system. */
    public String inFileSystem(String path) {
        String below = point.equals("/") ? path : path.substring(point.length());
        return ((root.equals("/") ? "" : root) + below).replaceAll("/+$", "");
    }

    /** Whether it shows that folder of a file system, a folder in it, or one that holds it but is not all of it. */
    public boolean shows(String device, String folder) {
        return this.device.equals(device)
                && (root.equals(folder)
                        || root.startsWith(folder + "/")
                        || !root.equals("/") && folder.startsWith(root + "/"));
    }

    private boolean holds(String path) {
        return point.equals("/") || path.equals(point) || path.startsWith(point + "/");
    }

    /** Spaces and the like stand there as octal numbers. */
    private static String unescaped(String field) {
        if (field.indexOf('\\') < 0) {
            return field;
        }
        return OCTAL.matcher(field)
                .replaceAll(
                        match -> Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(match.group(1), 8))));
    }
}
