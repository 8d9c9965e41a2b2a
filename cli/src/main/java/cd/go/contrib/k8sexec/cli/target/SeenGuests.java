package cd.go.contrib.k8sexec.cli.target;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The names of the containers of this Pod that were seen to be guests: of two, of which one is down now, the other is
 * not the only one. They stand in a file in /dev/shm, which the containers of a Pod share, and which lasts as long as
 * the Pod's sandbox. A script can write there, too, but may do worse: what is no plain file of this user's counts for
 * nothing, and neither does what cannot be read or written.
 *
 * @param file empty if nothing tells this Pod from others
 */
public record SeenGuests(Optional<Path> file) {
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");
    /** The number of the machine's first PID namespace: PROC_PID_INIT_INO in linux/proc_ns.h. */
    private static final String NODE = String.valueOf(0xEFFF_FFFCL);

    private static final Pattern NOT_A_DIGIT = Pattern.compile("\\D");
    /** Bytes; a Pod has few containers, with names of 63 at most. */
    private static final int LONGEST = 4096;

    private static final Set<? extends OpenOption> NO_WAIT =
            Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

    /** Of this Pod, which has a PID namespace of its own, unless that is the node's. */
    public static SeenGuests of(ProcFs proc) {
        return new SeenGuests(proc.namespace("self", Namespace.PID)
                .map(namespace -> NOT_A_DIGIT.matcher(namespace).replaceAll(""))
                .filter(number -> !number.equals(NODE))
                .map(number -> SHARED_MEMORY.resolve("k8s-exec-guests-" + number)));
    }

    /** All of them, the first one first. */
    public Set<String> names() {
        if (file.isEmpty()) {
            return Set.of();
        }
        // open for writing too: to open a named pipe for reading alone would wait for its writer
        try (FileChannel channel = FileChannel.open(file.get(), NO_WAIT)) {
            return read(channel);
        } catch (IOException e) {
            return Set.of();
        }
    }

    /** Adds those that are not there. */
    public void add(Collection<String> names) {
        Set<String> all = new LinkedHashSet<>(names());
        if (file.isEmpty() || !all.addAll(names)) {
            return;
        }
        var ownerOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        Set<OpenOption> options = new LinkedHashSet<>(NO_WAIT);
        options.add(StandardOpenOption.CREATE);
        try (FileChannel channel = FileChannel.open(file.get(), options, ownerOnly)) {
            all.addAll(read(channel));
            // two that write at once write the same, or the next one adds what is missing
            channel.write(ByteBuffer.wrap((String.join("\n", all) + "\n").getBytes(StandardCharsets.UTF_8)), 0);
        } catch (IOException e) {
            // as before: nobody knows of them
        }
    }

    private static Set<String> read(FileChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(channel.size(), LONGEST));
        while (bytes.hasRemaining() && channel.read(bytes, bytes.position()) > 0) {
            // until it is full or at the file's end
        }
        String text = new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
        Set<String> names = new LinkedHashSet<>();
        text.lines().filter(KubernetesNames::isContainer).forEach(names::add);
        return names;
    }
}
