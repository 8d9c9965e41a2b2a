package cd.go.contrib.k8sexec.cli.command;

import cd.go.contrib.k8sexec.cli.launch.User;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.Target;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Who the program in the guest runs as. */
final class UserOption {
    @Option(
            names = "--user",
            paramLabel = "USER",
            defaultValue = "${env:GO_K8S_USER}",
            completionCandidates = Users.class,
            description = "Run it as agent, target or UID:GID. Default: agent. [GO_K8S_USER]")
    String user;

    /** @throws K8sExecException SETTING_INVALID */
    User of(Target target, ProcFs proc) {
        return User.of(TargetOptions.isSet(user) ? user : "agent", target, proc);
    }

    /** For a shell that completes the command line. */
    static final class Users extends ArrayList<String> {
        private static final long serialVersionUID = 1;

        Users() {
            super(List.of("agent", "target"));
        }
    }
}
