package cd.go.contrib.k8sexec.cli.target;

import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What /proc/PID/status says of a process (proc_pid_status(5)), which anybody may read.
 *
 * @param uids          the real, effective, saved and file system user
 * @param gids          the same of the group
 * @param groups        the supplementary ones
 * @param umask         in octal, like "0022", or empty if the kernel does not say
 * @param residentBytes memory, 0 if it has none
 * @param noNewPrivs    whether no program that it runs gets more privileges (prctl(2), PR_SET_NO_NEW_PRIVS)
 * @param seccomp       0: off, 1: strict, 2: filter
 */
public record ProcessStatus(
        List<Long> uids,
        List<Long> gids,
        List<Long> groups,
        String umask,
        long residentBytes,
        Set<Capability> inheritable,
        Set<Capability> permitted,
        Set<Capability> effective,
        Set<Capability> bounding,
        Set<Capability> ambient,
        boolean noNewPrivs,
        int seccomp) {

    static ProcessStatus parse(byte[] bytes) {
        // the name on the first line is the process's own choice; the kernel writes its line ends as \n
        String status = new String(bytes, StandardCharsets.ISO_8859_1);
        return new ProcessStatus(
                numbers(field(status, "Uid")),
                numbers(field(status, "Gid")),
                numbers(field(status, "Groups")),
                field(status, "Umask"),
                numbers(field(status, "VmRSS").replace("kB", "")).stream()
                                .mapToLong(Long::longValue)
                                .sum()
                        * 1024,
                capabilities(status, "CapInh"),
                capabilities(status, "CapPrm"),
                capabilities(status, "CapEff"),
                capabilities(status, "CapBnd"),
                capabilities(status, "CapAmb"),
                field(status, "NoNewPrivs").equals("1"),
                field(status, "Seccomp").isEmpty() ? 0 : Integer.parseInt(field(status, "Seccomp")));
    }

    /** The same process with these groups, as it may be. */
    public ProcessStatus ofGroups(List<Long> others) {
        return new ProcessStatus(
                uids,
                others,
                groups,
                umask,
                residentBytes,
                inheritable,
                permitted,
                effective,
                bounding,
                ambient,
                noNewPrivs,
                seccomp);
    }

    /** Effective user. */
    public long uid() {
        return uids.get(1);
    }

    /** Effective group. */
    public long gid() {
        return gids.get(1);
    }

    /**
     * What a program gets that this process runs, if this is user 0 (capabilities(7), "Capabilities and execution of
     * programs by root").
     */
    public Set<Capability> ofRootsProgram() {
        Set<Capability> gets = EnumSet.noneOf(Capability.class);
        gets.addAll(bounding);
        gets.addAll(inheritable);
        if (noNewPrivs) {
            gets.retainAll(permitted);
        }
        return gets;
    }

    private static String field(String status, String name) {
        int start = status.indexOf("\n" + name + ":");
        int end = status.indexOf('\n', start + 1);
        return start < 0 || end < 0
                ? ""
                : status.substring(start + name.length() + 2, end).strip();
    }

    private static List<Long> numbers(String field) {
        return Stream.of(field.split("\\s+"))
                .filter(word -> !word.isEmpty())
                .map(Long::valueOf)
                .toList();
    }

    private static Set<Capability> capabilities(String status, String name) {
        String mask = field(status, name);
        return Capability.of(mask.isEmpty() ? 0 : Long.parseUnsignedLong(mask, 16));
    }
}
