package cd.go.contrib.k8sexec.cli.doctor;

import cd.go.contrib.k8sexec.cli.enter.Entry;
import cd.go.contrib.k8sexec.cli.enter.Guest;
import cd.go.contrib.k8sexec.cli.enter.User;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.target.Target;
import cd.go.contrib.k8sexec.protocol.Way;
import java.nio.file.Path;
import java.util.Map;

/** What a run would be told by its options and the agent's environment; each may be refused. */
public interface Settings {

    /** @throws K8sExecException one of the TARGET_… errors */
    Target target() throws InterruptedException;

    /** @throws K8sExecException one of the TARGET_… errors, or one of the way's own */
    Guest guest(Entry entry) throws InterruptedException;

    /** @throws K8sExecException SHARED_ROOT_UNSET or SHARED_ROOT_INVALID */
    Path sharedRoot();

    /** Where the guest has the shared volume. */
    String containerRoot();

    /** As that says itself, unless it is set. */
    String containerRoot(Guest guest);

    /** @throws K8sExecException SETTING_INVALID */
    User user(Target target);

    /** @throws K8sExecException SETTING_INVALID */
    User user(Guest guest);

    /** The agent's variables. */
    Map<String, String> environment();

    /**
     * The way into the guest.
     *
     * @throws K8sExecException SETTING_INVALID
     */
    Way way();

    /**
     * What leads there by a way.
     *
     * @throws K8sExecException NATIVE_ONLY
     */
    Entry entry(Way way);
}
