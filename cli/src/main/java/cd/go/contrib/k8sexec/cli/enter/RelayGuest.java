package cd.go.contrib.k8sexec.cli.enter;

import cd.go.contrib.k8sexec.cli.outcome.Cost;
import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.outcome.Remedy;
import cd.go.contrib.k8sexec.cli.platform.Connection;
import cd.go.contrib.k8sexec.cli.platform.Identity;
import cd.go.contrib.k8sexec.cli.target.ContainerView;
import cd.go.contrib.k8sexec.cli.target.Limits;
import cd.go.contrib.k8sexec.cli.target.Sizes;
import cd.go.contrib.k8sexec.protocol.InvalidValue;
import cd.go.contrib.k8sexec.protocol.ScriptUser;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A guest whose relay has taken a connection and said who it is.
 *
 * @param name       as the place of its socket has it
 * @param connection for one run
 */
record RelayGuest(String name, Connection connection, RelayMessages.Hello hello, RelayMessages.Facts facts)
        implements Guest {

    @Override
    public String describe() {
        return name + ", uid " + hello.uid() + ", gid " + hello.gid() + ": has a relay";
    }

    @Override
    public Facts about() {
        return new Facts(null, name, null, hello.uid() + ":" + hello.gid(), null, "has a relay");
    }

    @Override
    public List<String> details() {
        return List.of();
    }

    @Override
    public Optional<byte[]> environment() {
        return facts.environment();
    }

    @Override
    public Remedy unreadable() {
        return Remedy.of("the guest's kernel or seccomp filter refuses memfd_create(2): allow it there");
    }

    @Override
    public String words() {
        return "the guest " + name;
    }

    @Override
    public Optional<String> directory() {
        return Optional.of(facts.directory());
    }

    @Override
    public Optional<String> sharedRoot() {
        return facts.sharedRoot();
    }

    @Override
    public void release() {
        connection.close();
    }

    /** The relay's own, for it can change to no other. */
    @Override
    public User user(String text) {
        try {
            ScriptUser user = ScriptUser.parse(text);
            if (user == ScriptUser.AGENT
                    || user == ScriptUser.TARGET
                    || (user.uid() == hello.uid() && user.gid() == hello.gid())) {
                return new User(Optional.of(new Identity(hello.uid(), hello.gid(), facts.groups())));
            }
        } catch (InvalidValue e) {
            throw invalid(text, e.reason(), e.remedy());
        }
        throw invalid(
                text,
                "a relay cannot change to: it starts programs as the guest's own user, " + hello.uid() + ":"
                        + hello.gid(),
                "leave it unset, and set the guest's user in the Pod (securityContext.runAsUser)");
    }

    private static K8sExecException invalid(String text, String reason, String remedy) {
        return new K8sExecException(
                ErrorId.SETTING_INVALID,
                "--user or GO_K8S_USER is " + K8sExecException.quoted(text),
                "which " + reason,
                remedy);
    }

    /** @param role as {@link ContainerView} has it */
    ContainerView view(String role) {
        RelayMessages.Limits limits = hello.limits();
        return new ContainerView(
                role,
                0,
                Optional.of(name),
                Optional.empty(),
                hello.uid() + ":" + hello.gid(),
                "",
                Duration.ZERO,
                Math.max(0, limits.used()),
                "cgroup",
                Optional.of(limits.memory() < 0 ? Limits.NONE : limits.memory()));
    }

    /** One whose relay does not answer. */
    static ContainerView down(String name, String why) {
        return new ContainerView(
                "down", 0, Optional.of(name), Optional.empty(), "", why, Duration.ZERO, 0, "cgroup", Optional.empty());
    }

    /** Numbers as {@link RelayMessages.Limits} has them. */
    static Cost.Memory memory(long limit, long peak) {
        return new Cost.Memory("the guest", known(limit), known(peak));
    }

    private static OptionalLong known(long bytes) {
        return bytes < 0 ? OptionalLong.empty() : OptionalLong.of(bytes);
    }

    /** Says that the memory of the guest has run out, if the relay has counted that; with what to do. */
    static String shortage(long limit, String what) {
        return (limit < 0
                        ? "the memory of the Pod or of its node ran out"
                        : "the guest's memory limit of " + Sizes.bytes(limit) + " was reached")
                + ", and the kernel killed " + what
                + "; raise resources.limits.memory of the guest, whose limit counts the files in its memory volumes "
                + "too";
    }
}
