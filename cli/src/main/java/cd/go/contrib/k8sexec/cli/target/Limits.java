package cd.go.contrib.k8sexec.cli.target;

import cd.go.contrib.k8sexec.cli.outcome.Cost;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a container's control group uses and may use, as its own /sys/fs/cgroup says: version 2 (Linux, cgroup-v2.rst)
 * or 1 (cgroup-v1/memory.rst).
 *
 * @param memoryUsed  bytes, the cache of files included
 * @param memoryLimit bytes; {@link #NONE} without a limit
 * @param memoryKills how many of its processes the kernel has killed for lack of memory since it was made
 * @param milliCpus   thousandths of a processor; {@link #NONE} without a limit
 */
public record Limits(long memoryUsed, long memoryLimit, long memoryKills, long milliCpus) {
    public static final long NONE = Long.MAX_VALUE;

    /** Three quarters of _STK_LIM in linux/resource.h. */
    private static final long MOST_ARGUMENTS = 6 << 20;

    private static final Pattern STACK = Pattern.compile("Max stack size +(\\d+)");

    private static final String CGROUP = "/sys/fs/cgroup";
    /** Version 1 has no word for "no limit", but the largest number of whole pages. */
    private static final long V1_UNLIMITED = Long.MAX_VALUE / 65536 * 65536;

    /**
     * Of the container of a process; empty if its files may not be looked at or it has no control groups mounted.
     */
    public static Optional<Limits> of(ProcFs proc, Object process) {
        // the process could have put anything at that path: what the kernel calls a mount of control groups is one
        boolean mounted = proc.mounts(process).stream()
                .anyMatch(mount ->
                        mount.point().startsWith(CGROUP) && mount.type().startsWith("cgroup"));
        return mounted ? read(proc.root().resolve(process + "/root" + CGROUP)) : Optional.empty();
    }

    /**
     * What has happened in this process's own container since that was made, as far as it is known; read alone, because
     * each run needs it.
     *
     * @param memoryKills as {@link Limits#memoryKills}
     * @param memoryHits  how often its own memory limit left the kernel no choice but that; -1 if that is not told
     * @param processHits how often a process could not be made because of a limit of their number
     */
    public record Hits(long memoryKills, long memoryHits, long processHits) {
        public static Hits own(ProcFs proc) {
            String memory = Limits.own(proc, "/memory.events", "/memory/memory.oom_control");
            return new Hits(
                    count(memory, "oom_kill").orElse(0L),
                    count(memory, "oom").orElse(-1L),
                    count(Limits.own(proc, "/pids.events", "/pids/pids.events"), "max")
                            .orElse(0L));
        }
    }

    /**
     * The memory of this process's own container. Version 1 of control groups has a peak of the whole machine too,
     * which is no container's: there only what has a limit counts.
     */
    public static Cost.Memory ownMemory(ProcFs proc) {
        OptionalLong limit = known(own(proc, "/memory.max", "/memory/memory.limit_in_bytes"));
        OptionalLong peak = known(own(proc, "/memory.peak"));
        return new Cost.Memory(
                "the agent container",
                limit,
                peak.isPresent() || limit.isEmpty() ? peak : known(own(proc, "/memory/memory.max_usage_in_bytes")));
    }

    private static OptionalLong known(String content) {
        long number = number(content.strip());
        return number >= V1_UNLIMITED ? OptionalLong.empty() : OptionalLong.of(number);
    }

    private static String own(ProcFs proc, String... files) {
        return Stream.of(files)
                .flatMap(file -> proc.read("self", "root" + CGROUP + file).stream())
                .findFirst()
                .map(content -> new String(content, StandardCharsets.US_ASCII))
                .orElse("");
    }

    /**
     * How many bytes the arguments and the environment of a program can take that this process starts, with the
     * pointers to them (execve(2), "Limits on size of arguments and environment").
     */
    public static long arguments(ProcFs proc) {
        long stack = proc.read("self", "limits")
                .map(limits -> STACK.matcher(new String(limits, StandardCharsets.US_ASCII)))
                .filter(Matcher::find)
                .map(soft -> Long.parseLong(soft.group(1)))
                .orElse(NONE);
        return Math.min(stack / 4, MOST_ARGUMENTS);
    }

    /** @param folder where the control groups are mounted */
    static Optional<Limits> read(Path folder) {
        Optional<String> used = text(folder.resolve("memory.current"));
        if (used.isPresent()) {
            String[] cpu = text(folder.resolve("cpu.max")).orElse("max 100000").split(" ");
            return Optional.of(new Limits(
                    number(used.get()),
                    text(folder.resolve("memory.max")).map(Limits::number).orElse(NONE),
                    kills(text(folder.resolve("memory.events")).orElse("")),
                    cpu.length < 2 || cpu[0].equals("max")
                            ? NONE
                            : number(cpu[0]) * 1000 / Math.max(1, number(cpu[1]))));
        }
        return text(folder.resolve("memory/memory.usage_in_bytes")).map(bytes -> {
            long limit = text(folder.resolve("memory/memory.limit_in_bytes"))
                    .map(Limits::number)
                    .orElse(NONE);
            long quota = text(folder.resolve("cpu/cpu.cfs_quota_us"))
                    .map(Limits::number)
                    .orElse(-1L);
            long period = text(folder.resolve("cpu/cpu.cfs_period_us"))
                    .map(Limits::number)
                    .orElse(100_000L);
            return new Limits(
                    number(bytes),
                    limit >= V1_UNLIMITED ? NONE : limit,
                    kills(text(folder.resolve("memory/memory.oom_control")).orElse("")),
                    quota < 0 ? NONE : quota * 1000 / Math.max(1, period));
        });
    }

    private static long kills(String events) {
        return count(events, "oom_kill").orElse(0L);
    }

    private static Optional<Long> count(String events, String name) {
        return events.lines()
                .filter(line -> line.startsWith(name + " "))
                .map(line -> number(line.substring(name.length() + 1)))
                .findFirst();
    }

    private static Optional<String> text(Path file) {
        try {
            return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                    ? Optional.of(
                            Files.readString(file, StandardCharsets.US_ASCII).strip())
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static long number(String text) {
        try {
            return text.equals("max") ? NONE : Long.parseLong(text);
        } catch (NumberFormatException e) {
            return NONE;
        }
    }
}
