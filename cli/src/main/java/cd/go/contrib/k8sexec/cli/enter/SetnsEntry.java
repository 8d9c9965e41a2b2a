package cd.go.contrib.k8sexec.cli.enter;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.platform.Inside;
import cd.go.contrib.k8sexec.cli.platform.Opened;
import cd.go.contrib.k8sexec.cli.platform.Platform;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.Target;
import cd.go.contrib.k8sexec.protocol.Way;
import java.io.IOException;
import java.util.List;

/** Joins the guest's namespaces by setns(2): for an agent with SYS_ADMIN. */
final class SetnsEntry extends DirectEntry {
    private final Platform platform;
    private final ProcFs proc;

    SetnsEntry(Platform platform, ProcFs proc) {
        super(platform);
        this.platform = platform;
        this.proc = proc;
    }

    @Override
    public String name() {
        return Way.SETNS.text();
    }

    @Override
    Held hold(GuestProgram program) {
        try {
            return new HeldNamespaces(HeldGuest.open(program.target(), proc, platform));
        } catch (IOException e) {
            throw refused(program.target(), K8sExecException.reason(e));
        }
    }

    /** In them a program needs nothing that holds them. */
    private record HeldNamespaces(HeldGuest guest) implements Held {
        @Override
        public Inside inside() {
            return Inside.namespaces(guest.namespaces());
        }

        @Override
        public List<Opened> forProgram() {
            return List.of();
        }

        @Override
        public void close() {
            guest.close();
        }
    }

    @Override
    Refused refused(Target target, String reason) {
        return new Refused(
                ErrorId.ENTER_REFUSED,
                "setns(2) into " + target.words() + " is refused (" + reason + ")",
                "so the guest cannot be entered",
                EntryAdvice.of(Way.SETNS, target, proc));
    }
}
