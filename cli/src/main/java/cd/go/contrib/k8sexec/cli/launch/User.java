package cd.go.contrib.k8sexec.cli.launch;

import static cd.go.contrib.k8sexec.cli.outcome.K8sExecException.quoted;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.staging.Owner;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.Target;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The user that the script runs as.
 *
 * @param change whom to change to; empty for the agent's own user, with its groups and capabilities
 */
public record User(Optional<Owner> change) {

    /** 2³²-1 means "no change" to the kernel (chown(2)). */
    private static final long LARGEST = 0xffff_fffeL;

    private static final Pattern NUMBERS = Pattern.compile("(\\d{1,10}):(\\d{1,10})");

    /**
     * @param text "agent", "target" for the user of the guest's main process, or "UID:GID"
     * @throws K8sExecException SETTING_INVALID
     */
    public static User of(String text, Target target, ProcFs proc) {
        if (text.equals("agent")) {
            return new User(Optional.empty());
        }
        Matcher numbers =
                NUMBERS.matcher(text.equals("target") ? proc.user(target.pid()).orElse("") : text);
        if (!numbers.matches()
                || Long.parseLong(numbers.group(1)) > LARGEST
                || Long.parseLong(numbers.group(2)) > LARGEST) {
            throw new K8sExecException(
                    ErrorId.SETTING_INVALID,
                    "--user or GO_K8S_USER is " + quoted(text),
                    "which names no user",
                    "use agent, target or UID:GID in numbers, like 1000:1000");
        }
        return new User(Optional.of(new Owner(Long.parseLong(numbers.group(1)), Long.parseLong(numbers.group(2)))));
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
