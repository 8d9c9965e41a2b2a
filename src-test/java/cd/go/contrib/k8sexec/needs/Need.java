package cd.go.contrib.k8sexec.needs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.opentest4j.TestAbortedException;

/** What a machine may lack, and what brings it: a package, by its name in Debian, or a right. */
public enum Need {
    /** To be root is not enough: in a container or a user namespace root may not do what a Pod takes. */
    ROOT(
            "root who may mount and make devices",
            () -> succeeds("unshare --mount --pid --fork sh -c 'mount -t tmpfs none /tmp && mknod /tmp/null c 1 3'")),
    /** Control groups that limit memory, of version 1 or 2. */
    MEMORY_CONTROLLER(
            "the kernel's memory controller",
            () -> Files.exists(Path.of("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
                    || succeeds("grep -qw memory /sys/fs/cgroup/cgroup.controllers")),

    /** Where a test puts a program. */
    EXECUTABLE_TMP("a /tmp that is not mounted noexec", Need::runsFromTmp),

    /** Of which a file system can be frozen. */
    LOOP("loop devices, with e2fsprogs and util-linux", () -> succeeds("losetup -f && command -v mkfs.ext4 fsfreeze")),

    BASH("bash", "bash"),
    /** A static one, for it is alone in a guest: the machine's loader does not know the file. */
    BUSYBOX("busybox-static", () -> succeeds("d=$(command -v busybox) && ! grep -q /ld- \"$d\"")),
    BINUTILS("binutils", "readelf"),
    CHROMIUM("chromium", "chromium"),
    CURL("curl", "curl"),
    /** GNU's env since 8.31, which the stand-in Pod starts its processes with. */
    COREUTILS("coreutils 8.31 or newer", () -> succeeds("env --default-signal true")),
    /** As /bin/sh, too. */
    DASH("dash as /bin/sh", () -> succeeds("[ /bin/sh -ef \"$(command -v dash)\" ]")),
    FISH("fish", "fish"),
    GCC("gcc", "gcc"),
    MANDOC("mandoc", "mandoc"),
    NODE("nodejs", "node"),
    NPM("npm", "npm"),
    PERL("perl", "perl"),
    PROCPS("procps", "ps"),
    PYTHON("python3", "python3"),
    /** It takes a minute, once on a machine. */
    RELEASED("the released 2.0.0, for which .ci/released needs its commit", () -> succeeds("../.ci/released")),
    RUNC("runc", "runc"),
    SETCAP("libcap2-bin", "setcap"),
    STRACE("strace", "strace"),
    TMUX("tmux", "tmux"),
    WGET("wget", "wget"),
    ZSH("zsh", "zsh"),

    /** All that the stand-in Pod of cli/src/test/pod takes, with the containers made by util-linux. */
    POD(ROOT, EXECUTABLE_TMP, BASH, BUSYBOX, COREUTILS);

    private static final Map<Need, Boolean> THERE = new ConcurrentHashMap<>();

    private final String remedy;
    private final BooleanSupplier look;
    private final List<Need> parts;

    Need(String remedy, BooleanSupplier look) {
        this.remedy = remedy;
        this.look = look;
        this.parts = List.of(this);
    }

    Need(String debianPackage, String program) {
        this(debianPackage, () -> succeeds("command -v " + program));
    }

    Need(Need... parts) {
        this.remedy = null;
        this.look = null;
        this.parts = List.of(parts);
    }

    /** Skips the test that calls it, or all tests of a class in a method for the class, if something is missing. */
    public static void require(Need... needs) {
        skipReason(needs).ifPresent(reason -> {
            throw new TestAbortedException(reason);
        });
    }

    /**
     * What of these is not there, as text.
     *
     * @throws AssertionError if something is missing, and K8S_EXEC_POD_TESTS=required says that nothing may be
     */
    static Optional<String> skipReason(Need... needs) {
        Set<String> missing = missing(needs);
        if (missing.isEmpty()) {
            return Optional.empty();
        }
        String text = String.join(", ", missing);
        if ("required".equals(System.getenv("K8S_EXEC_POD_TESTS"))) {
            throw new AssertionError("K8S_EXEC_POD_TESTS=required: no test may be skipped, and this one needs " + text);
        }
        return Optional.of(text);
    }

    static Set<String> missing(Need... needs) {
        return Stream.of(needs)
                .flatMap(need -> need.parts.stream())
                .filter(need -> !THERE.computeIfAbsent(need, unknown -> unknown.look.getAsBoolean()))
                .map(need -> need.remedy)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static boolean succeeds(String command) {
        try {
            return new ProcessBuilder("sh", "-c", command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean runsFromTmp() {
        try {
            Path program = Files.createTempFile("program", "");
            try {
                Files.writeString(program, "#!/bin/sh\n");
                return program.toFile().setExecutable(true) && succeeds(program.toString());
            } finally {
                Files.delete(program);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
