package cd.go.contrib.k8sexec.cli.launch;

import static cd.go.contrib.k8sexec.cli.outcome.K8sExecException.quoted;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.staging.Owner;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
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
public record User(Optional<Owner> change) {

    /**
     * @param text as {@link ScriptUser} reads it
     * @throws K8sExecException SETTING_INVALID
     */
    public static User of(String text, Target target, ProcFs proc) {
        try {
            ScriptUser user = ScriptUser.parse(text);
            if (user == ScriptUser.AGENT) {
                return new User(Optional.empty());
            }
            ScriptUser known = user == ScriptUser.TARGET
                    ? ScriptUser.parse(proc.user(target.pid()).orElse(""))
                    : user;
            return new User(Optional.of(new Owner(known.uid(), known.gid())));
        } catch (InvalidValue e) {
            throw new K8sExecException(
                    ErrorId.SETTING_INVALID,
                    "--user or GO_K8S_USER is " + quoted(text),
                    "which " + e.reason(),
                    e.remedy());
        }
    }

    /** What makes nsenter change to it, which drops all capabilities too. */
    List<String> nsenterOptions() {
        return change.map(owner -> List.of("-S", String.valueOf(owner.uid()), "-G", String.valueOf(owner.gid())))
                .orElse(List.of());
    }

    @Override
    public String toString() {
        return change.map(owner -> owner.uid() + ":" + owner.gid()).orElse("the agent's");
    }
}
