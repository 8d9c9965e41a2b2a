package cd.go.contrib.k8sexec.cli.launch;

import static cd.go.contrib.k8sexec.cli.outcome.K8sExecException.quoted;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.Target;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The user that the script runs as.
 *
 * @param nsenterOptions what makes nsenter change to it; empty for the agent's own user
 */
public record User(List<String> nsenterOptions) {
    /** The agent's own user, with its groups and capabilities. */
    public static final User AGENT = new User(List.of());

    private static final Pattern NUMBERS = Pattern.compile("(\\d{1,10}):(\\d{1,10})");

    /**
     * @param text "agent", "target" for the user of the guest's main process, or "UID:GID"
     * @throws K8sExecException SETTING_INVALID
     */
    public static User of(String text, Target target, ProcFs proc) {
        if (text.equals("agent")) {
            return AGENT;
        }
        Matcher numbers = NUMBERS.matcher(text.equals("target") ? proc.user(target.pid()).orElse("") : text);
        if (!numbers.matches()) {
            throw new K8sExecException(ErrorId.SETTING_INVALID, "--user or GO_K8S_USER is " + quoted(text), "which names no user",
                "use agent, target or UID:GID in numbers, like 1000:1000");
        }
        return new User(List.of("-S", numbers.group(1), "-G", numbers.group(2)));
    }

    public boolean isAgent() {
        return nsenterOptions.isEmpty();
    }
}
