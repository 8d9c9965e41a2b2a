package cd.go.contrib.k8sexec.cli.enter;

import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.outcome.Remedy;
import cd.go.contrib.k8sexec.cli.platform.Identity;
import cd.go.contrib.k8sexec.cli.target.BothMounts;
import cd.go.contrib.k8sexec.cli.target.Target;
import java.util.List;
import java.util.Optional;

/** The container that programs are to run in, as its way in has found it. */
public interface Guest {

    /** Who it is, and why it was taken, for people. */
    String describe();

    /** The same, for programs. */
    Facts about();

    /**
     * What is known of a guest; null for what is not.
     *
     * @param pid     of its main process, as the agent sees it
     * @param name    as Kubernetes has it, or as the way found it by
     * @param id      as the container runtime has it
     * @param user    "UID:GID"
     * @param command of its main process
     * @param reason  why it was taken
     */
    record Facts(Integer pid, String name, String id, String user, String command, String reason) {}

    /** Its main process; empty if the agent does not see that. */
    default Optional<Target> process() {
        return Optional.empty();
    }

    /** What else there is to know of it, for people: lines of "label: value". */
    List<String> details();

    /** Its own environment: NUL-ended NAME=value entries; empty if it may not be read. */
    Optional<byte[]> environment();

    /** Why its environment may not be read, and what to do. */
    Remedy unreadable();

    /** As a subject, for people: by its name, if that is known. */
    String words();

    /** Whose mounts can be compared with this process's; empty if they cannot be seen. */
    default Optional<BothMounts> mounts() {
        return Optional.empty();
    }

    /** The home of a user that is not its main process's, as a byte string; empty: the main process's own. */
    default Optional<String> home(Identity user) {
        return Optional.empty();
    }

    /** Where its main process is, as a byte string; empty if that is not known. */
    Optional<String> directory();

    /** Where it says that it has the shared volume. */
    default Optional<String> sharedRoot() {
        return Optional.empty();
    }

    /** No program is started in it. */
    default void release() {}

    /**
     * Who a program in it runs as.
     *
     * @param text as {@link cd.go.contrib.k8sexec.protocol.ScriptUser} reads it
     * @throws K8sExecException SETTING_INVALID
     */
    User user(String text);
}
