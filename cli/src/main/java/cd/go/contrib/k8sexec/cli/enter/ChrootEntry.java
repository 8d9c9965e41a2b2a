package cd.go.contrib.k8sexec.cli.enter;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.platform.Platform;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.Target;
import cd.go.contrib.k8sexec.protocol.Way;
import java.io.IOException;

/**
 * Makes the guest's root directory the program's own, by chroot(2): for an agent that is root, with no capability but
 * those that Kubernetes gives by default.
 *
 * <p>The program sees the guest's files and mounts, for a look-up of a path crosses them. It stays in the agent's mount
 * namespace: its /proc/self/mountinfo is empty.
 */
final class ChrootEntry extends DirectEntry {
    private final Platform platform;
    private final ProcFs proc;

    ChrootEntry(Platform platform, ProcFs proc) {
        super(platform);
        this.platform = platform;
        this.proc = proc;
    }

    @Override
    public String name() {
        return Way.CHROOT.text();
    }

    @Override
    Held hold(GuestProgram program) {
        Target target = program.target();
        try {
            return HeldRoot.open(target, proc, platform);
        } catch (IOException e) {
            throw refused(target, K8sExecException.reason(e));
        }
    }

    @Override
    Refused refused(Target target, String reason) {
        return new Refused(
                ErrorId.ENTER_REFUSED,
                "chroot(2) into " + target.words() + " is refused (" + reason + ")",
                "so the guest cannot be entered",
                platform.uid() == 0 ? EntryAdvice.of(Way.CHROOT, target, proc) : Privileges.AS_ROOT);
    }
}
