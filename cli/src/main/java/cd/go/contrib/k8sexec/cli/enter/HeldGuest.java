package cd.go.contrib.k8sexec.cli.enter;

import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.platform.OpenNamespace;
import cd.go.contrib.k8sexec.cli.platform.Opened;
import cd.go.contrib.k8sexec.cli.platform.Platform;
import cd.go.contrib.k8sexec.cli.platform.Streams;
import cd.go.contrib.k8sexec.cli.target.Namespace;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.Target;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The namespaces of the guest that a program has to enter, held open. They are opened first, and then the guest is
 * looked at: who has its process id later, a process of the agent's own container perhaps, is not entered.
 */
record HeldGuest(Map<Namespace, Opened> files) implements AutoCloseable {

    /**
     * @throws K8sExecException TARGET_DEAD if the guest has ended meanwhile
     * @throws IOException      if neither this process nor the guest's user may look at its namespaces
     */
    static HeldGuest open(Target target, ProcFs proc, Platform platform) throws IOException {
        HeldGuest guest = new HeldGuest(new EnumMap<>(Namespace.class));
        try {
            GuestFiles.of(target, proc, platform).openNamespaces(guest.files);
            target.checkUnchanged(proc);
            return guest;
        } catch (IOException e) {
            guest.close();
            target.checkUnchanged(proc);
            throw e;
        } catch (RuntimeException e) {
            guest.close();
            throw e;
        }
    }

    List<OpenNamespace> namespaces() {
        return files.entrySet().stream()
                .map(entry -> new OpenNamespace(entry.getKey().kind(), entry.getValue()))
                .toList();
    }

    /** The paths by which another process can open them, as long as this is open. */
    Map<Namespace, String> paths() {
        Map<Namespace, String> paths = new EnumMap<>(Namespace.class);
        files.forEach((namespace, file) ->
                paths.put(namespace, "/proc/" + ProcessHandle.current().pid() + "/fd/" + file.descriptor()));
        return paths;
    }

    /** The paths by which a program can open them that gets {@link #inOrder} from {@link Streams#FIRST_MORE} on. */
    Map<Namespace, String> pathsOfMore() {
        Map<Namespace, String> paths = new EnumMap<>(Namespace.class);
        files.keySet()
                .forEach(namespace -> paths.put(namespace, "/proc/self/fd/" + (Streams.FIRST_MORE + paths.size())));
        return paths;
    }

    List<Opened> inOrder() {
        return List.copyOf(files.values());
    }

    @Override
    public void close() {
        try {
            for (Opened file : files.values()) {
                file.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
