package cd.go.contrib.k8sexec.cli.enter;

import static cd.go.contrib.k8sexec.cli.outcome.K8sExecException.quoted;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.platform.Identity;
import cd.go.contrib.k8sexec.cli.staging.Owner;
import cd.go.contrib.k8sexec.cli.target.Namespace;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.ProcessStatus;
import cd.go.contrib.k8sexec.cli.target.Target;
import cd.go.contrib.k8sexec.protocol.InvalidValue;
import cd.go.contrib.k8sexec.protocol.ScriptUser;
import java.util.List;
import java.util.Optional;

/**
 * The user that the script runs as.
 *
 * @param change whom to change to; empty for the agent's own user, with its groups and capabilities
 */
public record User(Optional<Identity> change) {

    /**
     * @param text as {@link ScriptUser} reads it; "target" with the groups of the guest's main process, "UID:GID" with
     *             no others
     * @throws K8sExecException SETTING_INVALID
     */
    public static User of(String text, Target target, ProcFs proc) {
        try {
            ScriptUser user = ScriptUser.parse(text);
            if (user == ScriptUser.AGENT) {
                return new User(Optional.empty());
            }
            return new User(Optional.of(user == ScriptUser.TARGET ? guestsOwn(target, proc) : identity(user)));
        } catch (InvalidValue e) {
            throw new K8sExecException(
                    ErrorId.SETTING_INVALID,
                    "--user or GO_K8S_USER is " + quoted(text),
                    "which " + e.reason(),
                    e.remedy());
        }
    }

    private static Identity identity(ScriptUser user) {
        return new Identity(user.uid(), user.gid(), List.of());
    }

    /** @throws K8sExecException TARGET_DEAD */
    private static Identity guestsOwn(Target target, ProcFs proc) {
        ProcessStatus status = proc.status(target.pid()).orElseThrow(target::gone);
        return new Identity(status.uid(), status.gid(), status.groups());
    }

    /**
     * Who it is in the guest: in a user namespace of its own that one's root, if nobody is asked for, as nsenter(1)
     * has it.
     */
    Optional<Identity> identityIn(Target target) {
        return target.namespaces().contains(Namespace.USER)
                ? change.or(() -> Optional.of(new Identity(0, 0, List.of())))
                : change;
    }

    /** Whether that is another user than this process's. */
    public boolean isAnother(Target target) {
        return identityIn(target).isPresent();
    }

    /** Whom files of the agent's have to be given to. */
    Optional<Owner> owner() {
        return change.map(identity -> new Owner(identity.uid(), identity.gid()));
    }

    /** What makes nsenter change to it, which drops all capabilities and groups too. */
    List<String> nsenterOptions() {
        return change.map(user -> List.of("-S", String.valueOf(user.uid()), "-G", String.valueOf(user.gid())))
                .orElse(List.of());
    }

    @Override
    public String toString() {
        return change.map(user -> user.uid() + ":" + user.gid()).orElse("the agent's");
    }
}
