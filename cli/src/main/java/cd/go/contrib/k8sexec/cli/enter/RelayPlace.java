package cd.go.contrib.k8sexec.cli.enter;

import static cd.go.contrib.k8sexec.cli.outcome.K8sExecException.quoted;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where the relays of this Pod's guests have their sockets: in a directory of all, each by its guest's name, or in
 * folders of it, whose names are the guests'.
 *
 * @param directory where it is in the agent
 * @param user      who has to listen there; empty: whoever does
 */
public record RelayPlace(Path directory, OptionalLong user) {
    private static final String SUFFIX = ".sock";
    /** What a relay takes as a name (is_guest_name), so that no other goes into a message. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9_.-]{0,62}");
    /** So many are told. */
    private static final int MOST = 10;
    /** stat(2): the type of a file, and a socket's. */
    private static final int TYPE = 0170000;

    private static final int SOCKET = 0140000;

    /** A socket, and the name of its guest, which it has from its place and not from what it says. */
    record Socket(String guest, Path folder, String file) {
        @Override
        public String toString() {
            return guest + " (" + folder.resolve(file) + ")";
        }
    }

    /**
     * The socket of the guest that is meant.
     *
     * @param name its name, or empty for the only one
     * @throws K8sExecException TARGET_NONE, TARGET_UNKNOWN, TARGET_AMBIGUOUS or RELAY_UNSET
     */
    Socket choose(Optional<String> name) {
        List<Socket> all = sockets();
        List<Socket> meant = all.stream()
                .filter(socket -> name.isEmpty() || socket.guest().equals(name.get()))
                .toList();
        if (meant.size() == 1) {
            return meant.get(0);
        }
        if (all.isEmpty()) {
            throw new K8sExecException(
                    ErrorId.TARGET_NONE,
                    "no relay has a socket in " + directory + " (GO_K8S_RELAY, --relay), which holds " + content(),
                    "so there is no guest to enter",
                    "mount the same volume in the guest, and start " + "relay --dir DIR there as its main process");
        }
        if (meant.isEmpty()) {
            throw new K8sExecException(
                    ErrorId.TARGET_UNKNOWN,
                    "no relay in " + directory + " is named " + quoted(name.get()) + "; there are: " + list(all),
                    "so there is no guest to enter",
                    "correct GO_K8S_CONTAINER_NAME or --container, or give the relay that name (--name)");
        }
        throw new K8sExecException(
                ErrorId.TARGET_AMBIGUOUS,
                meant.size() + " relays "
                        + name.map(one -> "are named " + quoted(one)).orElse("have a socket in " + directory) + ": "
                        + list(meant),
                "so it is not clear where the script belongs",
                name.isPresent()
                        ? "give each guest a name of its own"
                        : "set GO_K8S_CONTAINER_NAME or --container to one of these names");
    }

    private static String list(List<Socket> sockets) {
        return sockets.stream().limit(MOST).map(Socket::toString).collect(Collectors.joining(", "))
                + (sockets.size() > MOST ? ", …" : "");
    }

    /** All of them, also those that nobody listens to any more. */
    List<Socket> sockets() {
        List<Socket> found = new ArrayList<>();
        for (Path entry : entries(directory)) {
            String name = entry.getFileName().toString();
            if (!NAME.matcher(name).matches()) {
                // no relay's
            } else if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                for (Path inner : entries(entry)) {
                    socketName(inner)
                            .ifPresent(unused -> found.add(
                                    new Socket(name, entry, inner.getFileName().toString())));
                }
            } else {
                socketName(entry).ifPresent(guest -> found.add(new Socket(guest, directory, name)));
            }
        }
        return found;
    }

    private static Optional<String> socketName(Path path) {
        String name = path.getFileName().toString();
        if (!name.endsWith(SUFFIX)) {
            return Optional.empty();
        }
        String guest = name.substring(0, name.length() - SUFFIX.length());
        return NAME.matcher(guest).matches() && isSocket(path) ? Optional.of(guest) : Optional.empty();
    }

    private static boolean isSocket(Path path) {
        try {
            Object mode = Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
            return ((Integer) mode & TYPE) == SOCKET;
        } catch (IOException e) {
            // it went meanwhile
            return false;
        }
    }

    private List<Path> entries(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.sorted(Comparator.comparing(Path::toString)).toList();
        } catch (NoSuchFileException | NotDirectoryException e) {
            if (!folder.equals(directory)) {
                // it went meanwhile
                return List.of();
            }
            throw new K8sExecException(
                    ErrorId.RELAY_UNSET,
                    "GO_K8S_RELAY or --relay is " + quoted(directory.toString())
                            + (e instanceof NoSuchFileException ? ", which does not exist" : ", which is no directory"),
                    "so no relay can be found",
                    "mount the volume of the relay's sockets in the agent, and set it to that path");
        } catch (IOException e) {
            if (!folder.equals(directory)) {
                // a script may have made it
                return List.of();
            }
            throw new K8sExecException(
                    ErrorId.RELAY_UNSET,
                    directory + " (GO_K8S_RELAY, --relay) cannot be read (" + K8sExecException.reason(e) + ")",
                    "so no relay can be found",
                    "let the agent's user read it: an emptyDir without fsGroup is open to all");
        }
    }

    private String content() {
        List<String> names = entries(directory).stream()
                .map(path -> quoted(path.getFileName().toString()))
                .toList();
        return names.isEmpty() ? "nothing" : names.stream().limit(MOST).collect(Collectors.joining(", "));
    }
}
