package cd.go.contrib.k8sexec.cli.enter;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.platform.ByteString;
import cd.go.contrib.k8sexec.cli.platform.Connection;
import cd.go.contrib.k8sexec.cli.platform.Opened;
import cd.go.contrib.k8sexec.cli.platform.Place;
import cd.go.contrib.k8sexec.cli.platform.Platform;
import cd.go.contrib.k8sexec.cli.platform.Streams;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.Self;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a relay is told to start, and sent once.
 *
 * @param terminal whether the program gets a terminal of its own for its standard streams
 */
record RelayOrder(Platform platform, ProcFs proc, GuestProgram program, boolean terminal) {
    /** As what a script runs that is a file in the guest. */
    private static final String SCRIPT_NAME = "script";

    /** What a relay takes: protocol.h has it as RELAY_STRINGS. */
    private static final int STRINGS_LIMIT = 16 << 20;

    /**
     * @throws K8sExecException TARGET_DEAD if nobody takes it any more; ENTER_REFUSED if it is too large; INTERNAL if
     *                          the agent lacks something
     */
    void send(Connection connection) {
        Optional<byte[]> script = program.streams().script();
        int[] descriptors = new int[RelayMessages.PLACES];
        Arrays.fill(descriptors, -1);
        byte[] all = strings(script.isPresent());
        if (all.length > STRINGS_LIMIT) {
            throw RelayFailures.refused(
                    (RelayGuest) program.guest(),
                    "take arguments and environment of this size",
                    all.length + " bytes, of " + STRINGS_LIMIT);
        }
        try (Opened strings = platform.relays().sealed(all);
                Opened content = script.isPresent() ? platform.relays().sealed(script.get()) : null;
                Opened output = program.streams().output().isPresent()
                        ? platform.relays()
                                .openForWriting(program.streams().output().get())
                        : null) {
            descriptors[RelayMessages.STRINGS_PLACE] = strings.descriptor();
            if (!terminal) {
                descriptors[RelayMessages.OUTPUT_PLACE] = output == null ? 1 : output.descriptor();
                descriptors[RelayMessages.ERROR_PLACE] = output == null ? 2 : output.descriptor();
            }
            if (content != null) {
                descriptors[RelayMessages.SCRIPT_PLACE] = content.descriptor();
            }
            if (program.streams().input() == Streams.Input.OWN && !terminal) {
                descriptors[RelayMessages.INPUT_PLACE] = 0;
            }
            connection.send(RelayMessages.RUN, run(script.isPresent()).packet(), descriptors);
        } catch (Connection.Ended e) {
            throw new K8sExecException(
                    ErrorId.TARGET_DEAD,
                    "the guest's relay has ended before it was told what to run (" + e.getMessage() + ")",
                    "so nothing was run",
                    "run it again, and look why the guest ended: kubectl logs POD -c CONTAINER --previous");
        } catch (IOException e) {
            throw new K8sExecException(
                    ErrorId.INTERNAL,
                    "the agent has no file in memory, or not the output (" + K8sExecException.reason(e) + ")",
                    "so the relay cannot be told what to run",
                    "allow memfd_create(2) in the agent container's seccomp profile");
        }
    }

    private RelayMessages.Run run(boolean scripted) throws IOException {
        List<String> arguments = program.arguments();
        return new RelayMessages.Run(
                (scripted ? RelayMessages.SCRIPT_FILE : 0) | (terminal ? RelayMessages.WITH_TERMINAL : 0),
                new Self(proc).umask(),
                program.grace().toMillis(),
                identity(Optional.of(program.directory())),
                identity(program.runFolder()),
                program.paths().size(),
                arguments.size(),
                scripted ? Streams.SCRIPT : 0,
                scripted ? arguments.size() - 1 : 0,
                terminal ? platform.rows() : 0,
                terminal ? platform.columns() : 0);
    }

    private byte[] strings(boolean scripted) {
        String directory = program.directory().path();
        ByteArrayOutputStream strings = new ByteArrayOutputStream();
        add(strings, directory);
        add(strings, program.runFolder().map(Place::path).orElse(""));
        add(strings, scripted ? SCRIPT_NAME : "");
        program.paths().forEach(path -> add(strings, path));
        program.arguments().forEach(argument -> add(strings, argument));
        strings.writeBytes(program.environment().entriesIn(directory, program.run()));
        return strings.toByteArray();
    }

    private static void add(ByteArrayOutputStream strings, String byteString) {
        strings.writeBytes(ByteString.toBytes(byteString + '\0'));
    }

    private static RelayMessages.Identity identity(Optional<Place> place) throws IOException {
        Path same = place.flatMap(Place::same).orElse(null);
        if (same == null || !Files.exists(same)) {
            return RelayMessages.Identity.ANY;
        }
        Map<String, Object> attributes = Files.readAttributes(same, "unix:dev,ino");
        return new RelayMessages.Identity(
                ((Number) attributes.get("dev")).longValue(), ((Number) attributes.get("ino")).longValue());
    }
}
