package cd.go.contrib.k8sexec.cli.enter;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.platform.Inside;
import cd.go.contrib.k8sexec.cli.platform.Opened;
import cd.go.contrib.k8sexec.cli.platform.Platform;
import cd.go.contrib.k8sexec.cli.target.Namespace;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.Target;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The guest's root directory, and its mount namespace: as long as that is held, the mounts stay, also if the guest
 * ends. Without it a program that goes on would write to the folder below the shared volume, which succeeds, and is
 * lost.
 */
record HeldRoot(HeldGuest guest, Opened root) implements DirectEntry.Held {
    /** In which a guest may differ: the files are what this is about, and control groups are the agent's anyway. */
    private static final Set<Namespace> MAY_DIFFER = EnumSet.of(Namespace.MOUNT, Namespace.CGROUP);

    /**
     * Opens them first, and looks at the guest then, as {@link HeldGuest#open}.
     *
     * @throws Refused          if the guest's main process has a root that is none of its own container, which it
     *                          can have by chroot(2), or another namespace of its own
     * @throws K8sExecException TARGET_DEAD
     * @throws IOException      if this process may not look at them
     */
    static HeldRoot open(Target target, ProcFs proc, Platform platform) throws IOException {
        HeldGuest guest = HeldGuest.open(target, proc, platform);
        HeldRoot held = null;
        boolean whole = false;
        try {
            requireSame(target, guest);
            held = new HeldRoot(guest, GuestFiles.of(target, proc, platform).open(proc.file(target.pid(), "root")));
            requireRoot(target, proc, held.root);
            whole = true;
            return held;
        } finally {
            if (held == null) {
                guest.close();
            } else if (!whole) {
                held.close();
            }
        }
    }

    private static void requireSame(Target target, HeldGuest guest) {
        Set<Namespace> others = EnumSet.copyOf(guest.files().keySet());
        others.removeAll(MAY_DIFFER);
        if (!others.isEmpty()) {
            throw new Refused(
                    ErrorId.ENTER_REFUSED,
                    "the guest (process " + target.pid() + ") has a namespace of its own into which chroot(2) does not "
                            + "lead ("
                            + others.stream().map(Namespace::fileName).collect(Collectors.joining(", "))
                            + ")",
                    "so a program would not run as in the guest",
                    "give the agent container the capability SYS_ADMIN, with which the way is setns");
        }
    }

    private static void requireRoot(Target target, ProcFs proc, Opened root) {
        String mount = proc.mountOf(root.descriptor()).orElse("");
        boolean own = proc.rootMounts(target.pid()).contains(mount);
        target.checkUnchanged(proc);
        if (!own) {
            throw new Refused(
                    ErrorId.ENTER_REFUSED,
                    "the guest (process " + target.pid() + ") has made another directory its root",
                    "and chroot(2) would lead to that, wherever it is",
                    "name another process of the guest by --pid, or give the agent container the capability SYS_ADMIN, "
                            + "with which the way is setns");
        }
    }

    @Override
    public Inside inside() {
        return Inside.root(root);
    }

    /** The mounts: nobody else is there who could hold them. */
    @Override
    public List<Opened> forProgram() {
        return List.of(guest.files().get(Namespace.MOUNT));
    }

    @Override
    public void close() {
        guest.close();
        try {
            root.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
