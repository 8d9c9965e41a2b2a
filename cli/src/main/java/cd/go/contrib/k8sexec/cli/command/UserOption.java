package cd.go.contrib.k8sexec.cli.command;

import cd.go.contrib.k8sexec.cli.enter.Guest;
import cd.go.contrib.k8sexec.cli.enter.User;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.Target;
import cd.go.contrib.k8sexec.protocol.Setting;
import picocli.CommandLine.Option;

/** Who the program in the guest runs as. */
final class UserOption {
    @Option(names = "--user")
    String user;

    /** @throws K8sExecException SETTING_INVALID */
    User of(Guest guest) {
        return guest.user(TargetOptions.isSet(user) ? user : Setting.USER.defaultText());
    }

    /** @throws K8sExecException SETTING_INVALID */
    User of(Target target, ProcFs proc) {
        return User.of(TargetOptions.isSet(user) ? user : Setting.USER.defaultText(), target, proc);
    }
}
