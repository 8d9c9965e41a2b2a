package cd.go.contrib.k8sexec.cli.enter;

import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.outcome.PodChange;
import cd.go.contrib.k8sexec.cli.outcome.Remedy;
import cd.go.contrib.k8sexec.cli.platform.ByteString;
import java.util.List;
import java.util.Optional;

/**
 * What the guest's main process has of an environment, for what runs beside it.
 *
 * @param entries NUL-ended "NAME=value" entries, none if there is nothing to be had
 * @param loss    why there are none, and what to do, in words; empty if nothing is lost
 */
public record GuestEnvironment(byte[] entries, Optional<String> loss) {
    /** What to do about a main process that does not keep its environment. */
    public static final Remedy KEEPS_ENVIRONMENT = Remedy.of(PodChange.of(
                    PodChange.In.GUEST, "command", List.of("sh", "-c", "trap 'kill $!' TERM; PROGRAM & wait")))
            .between(
                    "let a shell be the main process, which keeps it: ",
                    ", with its program in the place of PROGRAM; or set in the task what the script needs");

    private static final byte[] NONE = {};

    /** Of a program that runs as this user. */
    public static GuestEnvironment of(Guest guest, User user) {
        GuestEnvironment own = of(guest);
        return user.change()
                .flatMap(guest::home)
                .map(home -> own.with("HOME=" + home))
                .orElse(own);
    }

    /** As its main process has it. */
    private static GuestEnvironment of(Guest guest) {
        Optional<byte[]> found = guest.environment();
        if (found.isEmpty()) {
            return new GuestEnvironment(
                    NONE,
                    Optional.of("the guest's own environment cannot be read, so none of its variables is there, and a "
                            + "standard PATH; " + guest.unreadable().text()));
        }
        return isOverwritten(found.get())
                ? new GuestEnvironment(
                        NONE,
                        Optional.of("the guest's main process ("
                                + guest.process()
                                        .map(target -> target.process().command())
                                        .map(K8sExecException::harmless)
                                        .orElse("")
                                + ") has written its title over its own environment, so none of its variables is "
                                + "there, and a standard PATH; " + KEEPS_ENVIRONMENT.text()))
                : new GuestEnvironment(found.get(), Optional.empty());
    }

    /**
     * nginx, redis and all that use setproctitle write their title where their arguments and environment were, and what
     * is left over they fill with NUL: then what stands first is no entry.
     */
    public static boolean isOverwritten(byte[] entries) {
        if (entries.length == 0) {
            return false;
        }
        for (byte each : entries) {
            if (each == '=') {
                return false;
            } else if (each == 0) {
                return true;
            }
        }
        return true;
    }

    /** Of two of one name the first counts. */
    private GuestEnvironment with(String entry) {
        byte[] first = ByteString.toBytes(entry + "\0");
        byte[] all = new byte[first.length + entries.length];
        System.arraycopy(first, 0, all, 0, first.length);
        System.arraycopy(entries, 0, all, first.length, entries.length);
        return new GuestEnvironment(all, loss);
    }
}
