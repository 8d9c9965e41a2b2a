package cd.go.contrib.k8sexec.cli.enter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RelayPlaceTest {
    @TempDir
    Path directory;

    private RelayPlace place;

    @BeforeEach
    void make_place() {
        place = new RelayPlace(directory, OptionalLong.empty());
    }

    /** A socket that nobody listens to any more. */
    private void socket(String path) throws IOException {
        Path file = directory.resolve(path);
        Files.createDirectories(file.getParent());
        try (ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.bind(UnixDomainSocketAddress.of(file));
        }
    }

    private K8sExecException refused(Optional<String> name) {
        return assertThrows(K8sExecException.class, () -> place.choose(name));
    }

    @Test
    void the_only_one_is_taken_without_a_name() throws IOException {
        socket("tools.sock");

        assertEquals("tools", place.choose(Optional.empty()).guest());
    }

    @Test
    void a_folders_name_is_the_guests_whatever_the_socket_calls_itself() throws IOException {
        socket("tools/guest.sock");
        socket("base/tools.sock");

        assertEquals(
                directory.resolve("tools"), place.choose(Optional.of("tools")).folder());
        assertEquals(ErrorId.TARGET_UNKNOWN, refused(Optional.of("guest")).id());
    }

    @Test
    void several_need_a_name_also_if_only_one_of_them_runs() throws IOException {
        socket("a.sock");
        socket("b/guest.sock");

        K8sExecException e = refused(Optional.empty());

        assertEquals(ErrorId.TARGET_AMBIGUOUS, e.id());
        assertTrue(e.getMessage().contains("a (" + directory + "/a.sock), b (" + directory + "/b/guest.sock)"));
    }

    @Test
    void the_same_name_twice_is_ambiguous() throws IOException {
        socket("a.sock");
        socket("a/guest.sock");

        assertEquals(ErrorId.TARGET_AMBIGUOUS, refused(Optional.of("a")).id());
    }

    @Test
    void what_is_no_socket_is_none() throws IOException {
        Files.createFile(directory.resolve("file.sock"));
        Files.createSymbolicLink(directory.resolve("link.sock"), directory.resolve("file.sock"));
        socket(".hidden.sock");
        Files.createDirectory(directory.resolve("folder.sock"));

        K8sExecException e = refused(Optional.empty());

        assertEquals(ErrorId.TARGET_NONE, e.id());
        assertTrue(
                e.getMessage().contains("which holds \".hidden.sock\", \"file.sock\", \"folder.sock\""),
                e.getMessage());
    }

    @Test
    void a_name_that_no_relay_has_is_in_no_message() throws IOException {
        socket("a\nk8s-exec: error [FAKE]: x.sock");
        socket("b \033[31m/guest.sock");
        socket("tools.sock");

        assertEquals("tools", place.choose(Optional.empty()).guest());
    }

    @Test
    void of_many_some_are_named() throws IOException {
        for (int i = 0; i < 100; i++) {
            socket("guest-" + i + ".sock");
        }

        assertTrue(refused(Optional.empty()).getMessage().length() < 2000);
    }

    @Test
    void a_directory_that_is_not_there_is_named() {
        place = new RelayPlace(directory.resolve("none"), OptionalLong.empty());

        K8sExecException e = refused(Optional.empty());

        assertEquals(ErrorId.RELAY_UNSET, e.id());
        assertTrue(e.getMessage().contains("none\", which does not exist"), e.getMessage());
    }
}
