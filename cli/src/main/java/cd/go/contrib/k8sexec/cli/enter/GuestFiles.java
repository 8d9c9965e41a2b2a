package cd.go.contrib.k8sexec.cli.enter;

import cd.go.contrib.k8sexec.cli.platform.Identity;
import cd.go.contrib.k8sexec.cli.platform.Opened;
import cd.go.contrib.k8sexec.cli.platform.Platform;
import cd.go.contrib.k8sexec.cli.target.Namespace;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.Target;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What /proc shows of the guest's main process only to whoever may look into it: this process, or else the guest's
 * user, as whom this process then looks. That takes no SYS_PTRACE, but a guest with no capability that the agent lacks.
 *
 * @param user empty if this process may look itself
 */
public record GuestFiles(Target target, ProcFs proc, Platform platform, Optional<Identity> user) {
    /** Bytes. */
    private static final int LONGEST_PASSWD = 1_000_000;

    public static GuestFiles of(Target target, ProcFs proc, Platform platform) {
        Optional<Identity> user = target.mounts().isPresent()
                ? Optional.empty()
                : proc.status(target.pid()).map(status -> new Identity(status.uid(), status.gid(), List.of()));
        return new GuestFiles(target, proc, platform, user);
    }

    /** Its environment as NUL-ended "NAME=value" entries; empty if nobody may look who this process can be. */
    public Optional<byte[]> environment() {
        if (user.isEmpty()) {
            return proc.environment(target.pid());
        }
        try {
            byte[] environment = platform.readAs(user.get(), proc.file(target.pid(), "environ"));
            target.checkUnchanged(proc);
            return Optional.of(environment);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /**
     * The guest's /etc/passwd; empty if there is none that can be read. It is the guest's own: what is no file, or a
     * large one, is none.
     */
    Optional<byte[]> passwd() {
        Path file = proc.file(target.pid(), "root").resolve("etc/passwd");
        try {
            if (user.isPresent()) {
                return Optional.of(platform.readAs(user.get(), file));
            }
            if (!Files.isRegularFile(file)) {
                return Optional.empty();
            }
            try (InputStream content = Files.newInputStream(file)) {
                return Optional.of(content.readNBytes(LONGEST_PASSWD));
            }
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    Opened open(Path file) throws IOException {
        return user.isPresent() ? platform.openFileAs(user.get(), file) : platform.openFile(file);
    }

    /**
     * Opens its namespaces in which it differs from this process.
     *
     * @param opened gets them, also if an error comes then
     */
    void openNamespaces(Map<Namespace, Opened> opened) throws IOException {
        for (Namespace namespace : user.isPresent() ? List.of(Namespace.values()) : target.namespaces()) {
            try {
                Opened file = open(proc.namespaceFile(target.pid(), namespace));
                // of a guest into which only its user may look nobody has looked yet
                if (user.isPresent() && proc.opened(file.descriptor()).equals(proc.namespace("self", namespace))) {
                    file.close();
                } else {
                    opened.put(namespace, file);
                }
            } catch (NoSuchFileException e) {
                if (user.isEmpty() || namespace == Namespace.MOUNT) {
                    throw e;
                }
                // an older kernel does not have all kinds
            }
        }
    }
}
