package cd.go.contrib.k8sexec.cli.doctor;

import cd.go.contrib.k8sexec.cli.enter.Entry;
import cd.go.contrib.k8sexec.cli.enter.Guest;
import cd.go.contrib.k8sexec.cli.enter.Privileges;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.target.ContainerView;
import cd.go.contrib.k8sexec.cli.target.Limits;
import cd.go.contrib.k8sexec.cli.target.Mount;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.Sizes;
import cd.go.contrib.k8sexec.protocol.Way;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The Pod's shape in lines of ASCII, which each terminal and locale has: its containers with their users and volumes,
 * and the way that leads from the agent's into the guest.
 *
 * @param containers as the agent sees them
 * @param guest      empty if it is not clear which that is
 * @param taken      the way by which a script has run there, empty if none has
 */
public record Picture(
        ProcFs proc, Settings settings, List<ContainerView> containers, Optional<Guest> guest, Optional<Way> taken) {
    private static final String SHAFT = "     |";

    public static Picture of(ProcFs proc, Settings settings, Optional<Way> taken) throws InterruptedException {
        Optional<Entry> entry = Optional.empty();
        Optional<Guest> guest = Optional.empty();
        try {
            entry = Optional.of(settings.entry(settings.way()));
            guest = Optional.of(settings.guest(entry.get()));
        } catch (K8sExecException e) {
            // a check has told it
        }
        List<ContainerView> containers =
                entry.isPresent() ? entry.get().containers(proc, guest) : ContainerView.all(proc, Optional.empty());
        guest.ifPresent(Guest::release);
        return new Picture(proc, settings, containers, guest, taken);
    }

    /** The container's name, as Kubernetes has it. */
    public Optional<String> name(String role) {
        return of(role).findFirst().flatMap(ContainerView::name);
    }

    /** @param width of a line, in columns */
    public List<String> draw(int width) {
        List<String> lines = new ArrayList<>();
        of(ContainerView.AGENT).forEach(agent -> box(title(agent, "the agent"), agents(agent), width, lines));
        lines.add(SHAFT);
        way().forEach(line -> lines.add(SHAFT + "  " + line));
        lines.add(taken.isPresent() ? "     v" : "     x");
        of(ContainerView.TARGET).forEach(target -> box(title(target, "the guest"), others(target), width, lines));
        containers.stream()
                .filter(container -> !List.of(ContainerView.AGENT, ContainerView.TARGET, ContainerView.PAUSE)
                        .contains(container.role()))
                .forEach(other -> {
                    lines.add("");
                    box(title(other, other.role()), others(other), width, lines);
                });
        return lines;
    }

    private Stream<ContainerView> of(String role) {
        return containers.stream().filter(container -> container.role().equals(role));
    }

    private static String title(ContainerView container, String what) {
        return container.name().map(name -> name + ": " + what).orElse(what);
    }

    /** What is said of the way. */
    private List<String> way() {
        if (guest.isEmpty()) {
            return List.of("no guest: see what fails above");
        } else if (taken.isEmpty()) {
            return List.of("no script runs there: see what fails above");
        }
        String limits = taken.get() == Way.RELAY ? "the guest's" : "the agent's";
        String who = settings.user(guest.get())
                .change()
                .map(user -> user.uid() + ":" + user.gid())
                .orElse("the agent's user");
        return List.of(taken.get().text() + ": scripts run as " + who + ", in " + limits + " limits");
    }

    private List<String> agents(ContainerView agent) {
        List<String> lines = new ArrayList<>(facts(agent));
        proc.status("self").ifPresent(self -> lines.add(1, "capabilities: " + Privileges.describe(self.effective())));
        return lines;
    }

    private List<String> others(ContainerView container) {
        List<String> lines = facts(container);
        if (!container.command().isEmpty()) {
            lines.add(
                    container.pid() == 0
                            ? container.command()
                            : "process " + container.pid() + ": " + container.command());
        }
        return lines;
    }

    private List<String> facts(ContainerView container) {
        List<String> lines = new ArrayList<>();
        if (!container.user().isEmpty()) {
            lines.add("user " + container.user());
        }
        container
                .memoryLimit()
                .map(limit -> limit == Limits.NONE ? "none" : Sizes.bytes(limit))
                .ifPresent(limit -> lines.add("memory limit: " + limit));
        String volumes = container.pid() > 0 ? volumes(container.pid()) : volumeOfRelay(container);
        if (!volumes.isEmpty()) {
            lines.add("volumes: " + volumes);
        }
        return lines;
    }

    /** Those of the Pod, as kubelet calls them, and the shared one, wherever it is from. */
    private String volumes(int pid) {
        Optional<Mount> shared = root().flatMap(root -> Mount.holding(root, proc.mounts("self")));
        return proc.mounts(pid).stream()
                .flatMap(mount -> {
                    boolean isShared = shared.filter(mount::isSameFolder).isPresent();
                    return mount.volume().or(() -> isShared ? Optional.of(mount.type()) : Optional.empty()).stream()
                            .map(name -> name + " at " + mount.point() + (isShared ? " (shared)" : ""));
                })
                .distinct()
                .collect(Collectors.joining(", "));
    }

    /** Where a script had the shared one: no other of its mounts can be seen. */
    private String volumeOfRelay(ContainerView container) {
        return container.role().equals(ContainerView.TARGET) && taken.isPresent()
                ? guest.map(found -> "the shared one at " + settings.containerRoot(found))
                        .orElse("")
                : "";
    }

    private Optional<String> root() {
        try {
            return Optional.of(settings.sharedRoot().toString());
        } catch (K8sExecException e) {
            // a check has told it
            return Optional.empty();
        }
    }

    private static void box(String title, List<String> content, int width, List<String> lines) {
        int room = width - 4;
        List<String> wrapped = content.stream()
                .map(K8sExecException::harmless)
                .flatMap(line -> wrap(line, room).stream())
                .toList();
        String top = "+-- " + K8sExecException.harmless(title) + " ";
        int inner = Stream.concat(wrapped.stream().map(String::length), Stream.of(top.length() - 2))
                .reduce(0, Math::max);
        lines.add(top + "-".repeat(inner + 3 - top.length()) + "+");
        wrapped.forEach(line -> lines.add("| " + line + " ".repeat(inner - line.length()) + " |"));
        lines.add("+" + "-".repeat(inner + 2) + "+");
    }

    private static List<String> wrap(String line, int room) {
        List<String> parts = new ArrayList<>();
        String rest = line;
        while (rest.length() > room) {
            int space = rest.lastIndexOf(' ', room);
            int end = space > 0 ? space : room;
            parts.add(rest.substring(0, end));
            rest = "  " + rest.substring(end).strip();
        }
        parts.add(rest);
        return parts;
    }
}
