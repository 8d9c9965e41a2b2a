package cd.go.contrib.k8sexec.cli.enter;

import static cd.go.contrib.k8sexec.cli.outcome.K8sExecException.quoted;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.platform.ByteString;
import cd.go.contrib.k8sexec.cli.platform.Connection;
import cd.go.contrib.k8sexec.cli.platform.Events;
import cd.go.contrib.k8sexec.cli.platform.Platform;
import cd.go.contrib.k8sexec.cli.platform.Streams;
import cd.go.contrib.k8sexec.cli.staging.StagedRun;
import cd.go.contrib.k8sexec.cli.target.ContainerView;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.Self;
import cd.go.contrib.k8sexec.protocol.Way;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Has the guest's relay start the program: neither side needs a capability or a shared PID namespace.
 *
 * @param place where the relays are
 */
record RelayEntry(Platform platform, ProcFs proc, RelayPlace place) implements Entry {
    private static final String NAME = Way.RELAY.text();

    private static final Set<ErrorId> MAY_COME_YET =
            Set.of(ErrorId.TARGET_NONE, ErrorId.TARGET_UNKNOWN, ErrorId.TARGET_DEAD);
    private static final Duration LONG = Duration.ofDays(20);
    /** A relay greets at once: one that does not is stopped, or is none. */
    private static final Duration GREETING = Duration.ofSeconds(1);

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<String> reference(Guest guest) {
        return List.of(
                NAME,
                ((RelayGuest) guest).name(),
                ByteString.of(place.directory().toString()),
                place.user().isPresent() ? String.valueOf(place.user().getAsLong()) : "");
    }

    @Override
    public List<String> describe(GuestProgram program) {
        return List.of(NAME);
    }

    // ---- the guest

    @Override
    public Guest find(Search search) throws InterruptedException {
        if (search.byProcess()) {
            throw new K8sExecException(
                    ErrorId.SETTING_INVALID,
                    "GO_K8S_CONTAINER_PID or --pid is set",
                    "which names no guest that has a relay",
                    "leave it unset, and name the guest by GO_K8S_CONTAINER_NAME or --container");
        }
        return search.await(e -> MAY_COME_YET.contains(e.id()), () -> greeted(place.choose(search.name())));
    }

    /** The agent's own, and the guests that have a socket, whether their relay runs or not. */
    @Override
    public List<ContainerView> containers(ProcFs proc, Optional<Guest> target) {
        List<ContainerView> views = new ArrayList<>();
        ContainerView.all(proc, Optional.empty()).stream()
                .filter(view -> view.role().equals(ContainerView.AGENT))
                .forEach(views::add);
        for (RelayPlace.Socket socket : place.sockets()) {
            try (Connection connection = connect(socket)) {
                RelayGuest guest = greeted(socket, connection);
                views.add(guest.view(
                        target.isEmpty()
                                ? "candidate"
                                : target.get().about().name().equals(socket.guest()) ? ContainerView.TARGET : "other"));
            } catch (K8sExecException e) {
                views.add(RelayGuest.down(socket.guest(), e.what()));
            }
        }
        return views;
    }

    private Guest greeted(RelayPlace.Socket socket) {
        Connection connection = connect(socket);
        try {
            return greeted(socket, connection);
        } catch (RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    private RelayGuest greeted(RelayPlace.Socket socket, Connection connection) {
        try {
            if (place.user().isPresent()
                    && connection.listener() != place.user().getAsLong()) {
                throw new K8sExecException(
                        ErrorId.RELAY_REFUSED,
                        "uid " + connection.listener() + " listens at the socket of the guest " + socket
                                + ", not the uid " + place.user().getAsLong() + " that GO_K8S_RELAY_UID names",
                        "so it is not trusted with a script",
                        "correct GO_K8S_RELAY_UID or --relay-uid, or look who has made that socket");
            }
            Connection.Message message =
                    connection.receive(GREETING).orElseThrow(() -> down(socket, "does not answer"));
            connection.closeTerminal(message);
            byte[] packet = message.packet();
            if (RelayMessages.type(packet) == RelayMessages.REFUSED) {
                throw refused(socket, RelayMessages.Refusal.of(packet));
            } else if (RelayMessages.type(packet) != RelayMessages.HELLO) {
                throw down(socket, "does not say who it is");
            }
            RelayMessages.Hello hello = RelayMessages.Hello.of(packet);
            if (hello.lowest() > RelayMessages.VERSION) {
                throw new K8sExecException(
                        ErrorId.RELAY_REFUSED,
                        "the relay of the guest " + socket + " speaks version " + hello.lowest()
                                + " of the protocol and later, and this k8s-exec version " + RelayMessages.VERSION,
                        "so neither understands the other",
                        "use the k8s-exec of the same release in the agent");
            } else if ((hello.flags() & RelayMessages.STOPPING) != 0) {
                throw down(socket, "is being stopped");
            }
            return new RelayGuest(
                    socket.guest(),
                    connection,
                    hello,
                    RelayMessages.Facts.of(message.facts().orElse(new byte[0])));
        } catch (Connection.Ended e) {
            throw down(socket, "ended the connection (" + e.getMessage() + ")");
        }
    }

    private Connection connect(RelayPlace.Socket socket) {
        try {
            return platform.relays().connect(socket.folder(), socket.file());
        } catch (ConnectException | NoSuchFileException e) {
            throw down(socket, "has ended, and is perhaps restarting");
        } catch (InterruptedIOException e) {
            throw down(socket, "takes no connection: too many others wait for one");
        } catch (IOException e) {
            String label = new Self(proc)
                    .securityLabel()
                    .map(text -> "; this process is " + quoted(text) + " for the node's SELinux or AppArmor")
                    .orElse("");
            throw new K8sExecException(
                    ErrorId.RELAY_REFUSED,
                    "the connection to the relay of the guest " + socket + " is refused (" + K8sExecException.reason(e)
                            + ")" + label,
                    "so the guest cannot be entered",
                    "let the agent's user write to the socket and search its directory; if it may, ask for the "
                            + "node's security policy");
        }
    }

    private static K8sExecException down(RelayPlace.Socket socket, String why) {
        return new K8sExecException(
                ErrorId.TARGET_DEAD,
                "the relay of the guest " + socket + " " + why,
                "so there is no guest to enter",
                "look why it ended: kubectl logs POD -c " + socket.guest() + " --previous; or wait for it longer "
                        + "(GO_K8S_WAIT, --wait)");
    }

    private static K8sExecException refused(RelayPlace.Socket socket, RelayMessages.Refusal refusal) {
        return new K8sExecException(
                ErrorId.RELAY_REFUSED,
                "the relay of the guest " + socket + " refuses uid " + refusal.peer() + ", which the agent has there",
                "for only root, its own uid " + refusal.uid() + " and the owner of its program, uid "
                        + refusal.installer() + ", may connect",
                "start it with --allow-uid " + refusal.peer() + ", or with K8S_EXEC_ALLOW_UID=" + refusal.peer()
                        + " in the guest's environment");
    }

    // ---- the program

    @Override
    public Running start(GuestProgram program, StagedRun staged, Events events, Consumer<String> notes) {
        RelayGuest guest = (RelayGuest) program.guest();
        new RelayOrder(platform, proc, program, false).send(guest.connection());
        events.listen(guest.connection());
        return new RelayRun(platform, guest, program, notes);
    }

    /** This process stays, and passes on what it gets: signals, and a terminal's input and output. */
    @Override
    public int become(GuestProgram program, Consumer<String> notes) throws InterruptedException {
        RelayGuest guest = (RelayGuest) program.guest();
        boolean input = program.streams().input() == Streams.Input.OWN;
        boolean terminal = input && IntStream.range(0, 3).allMatch(platform::isTerminal);
        new RelayOrder(platform, proc, program, terminal).send(guest.connection());
        RelayRun run = new RelayRun(platform, guest, program, notes);
        try {
            Connection.Message started = guest.connection().receive(LONG).orElseThrow();
            Progress progress = run.progress(started.packet()).orElseThrow();
            if (progress instanceof Progress.Started) {
                progress = run.progress(guest.connection()
                                .accompany(started.terminal(), input)
                                .packet())
                        .orElseThrow();
            }
            if (progress instanceof Progress.NotStarted not) {
                throw not.reason();
            } else if (progress instanceof Progress.Lost lost) {
                throw lost.reason();
            }
            return ((Progress.Ended) progress).status().exitCode();
        } catch (Connection.Ended e) {
            throw run.lost(e.getMessage());
        }
    }
}
