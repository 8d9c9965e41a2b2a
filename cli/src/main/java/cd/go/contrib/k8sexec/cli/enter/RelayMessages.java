package cd.go.contrib.k8sexec.cli.enter;

import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.outcome.Usage;
import cd.go.contrib.k8sexec.cli.platform.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The messages of version 1, as src-native/c/relay/protocol.h has them: what each field means stands there. They come
 * checked: every length and every number of a kind is what it has to be.
 */
final class RelayMessages {
    static final int VERSION = 1;

    static final int HELLO = 1;
    static final int REFUSED = 2;
    static final int RUN = 3;
    static final int STARTED = 4;
    static final int FAILED = 5;
    static final int SIGNAL = 6;
    static final int END = 7;
    static final int RESULT = 8;

    static final int STOPPING = 1;
    static final int OOM_GROUP = 1 << 1;

    static final int WITH_TERMINAL = 1;
    static final int SCRIPT_FILE = 1 << 1;

    static final int EXITED = 1;
    static final int SIGNALED = 2;

    /** Places of descriptors. */
    static final int STRINGS_PLACE = 1;

    static final int SCRIPT_PLACE = 2;
    static final int INPUT_PLACE = 3;
    static final int OUTPUT_PLACE = 4;
    static final int ERROR_PLACE = 5;
    static final int PLACES = 7;

    /** Stages that only a relay has, above those of {@link cd.go.contrib.k8sexec.cli.platform.Stage}. */
    static final int STAGE_STOPPING = 100;

    static final int STAGE_STRINGS = 101;
    static final int STAGE_TERMINAL = 102;
    static final int STAGE_LOST = 103;

    private static final int NAMED = 12;
    private static final int PROCESS_SIZE = 20;
    private static final int COMMAND_SIZE = 16;

    private RelayMessages() {}

    static int type(byte[] packet) {
        return Short.toUnsignedInt(buffer(packet).getShort(0));
    }

    private static ByteBuffer buffer(byte[] packet) {
        return ByteBuffer.wrap(packet).order(ByteOrder.nativeOrder());
    }

    private static String text(ByteBuffer packet, int place, int size) {
        byte[] bytes = new byte[size];
        packet.get(place, bytes);
        return ByteString.toText(ByteString.of(bytes).replaceFirst("\0.*", ""));
    }

    /**
     * Bytes; negative: no limit, or not known.
     *
     * @param used with the cache of files
     */
    record Limits(long memory, long used) {
        static Limits at(ByteBuffer packet, int place) {
            return new Limits(packet.getLong(place), packet.getLong(place + Long.BYTES));
        }
    }

    record Hello(int lowest, int highest, int flags, long uid, long gid, Limits limits, String name) {
        static Hello of(byte[] bytes) {
            ByteBuffer packet = buffer(bytes);
            return new Hello(
                    Short.toUnsignedInt(packet.getShort(16)),
                    Short.toUnsignedInt(packet.getShort(18)),
                    packet.getInt(20),
                    Integer.toUnsignedLong(packet.getInt(24)),
                    Integer.toUnsignedLong(packet.getInt(28)),
                    Limits.at(packet, 32),
                    text(packet, 56, 64));
        }
    }

    /** What a HELLO has beside it. */
    record Facts(Optional<byte[]> environment, List<Long> groups, Optional<String> sharedRoot, String directory) {
        private static final int ENVIRONMENT = 1;
        private static final int GROUPS = 2;
        private static final int SHARED_ROOT = 3;
        private static final int DIRECTORY = 4;

        static Facts of(byte[] sections) {
            Optional<byte[]> environment = Optional.empty();
            List<Long> groups = new ArrayList<>();
            Optional<String> sharedRoot = Optional.empty();
            String directory = "/";
            ByteBuffer left = buffer(sections);
            while (left.remaining() >= 2 * Integer.BYTES) {
                int kind = left.getInt();
                byte[] content = new byte[Math.min(Math.max(0, left.getInt()), left.remaining())];
                left.get(content);
                switch (kind) {
                    case ENVIRONMENT -> environment = Optional.of(content);
                    case GROUPS -> {
                        for (ByteBuffer group = buffer(content); group.remaining() >= Integer.BYTES; ) {
                            groups.add(Integer.toUnsignedLong(group.getInt()));
                        }
                    }
                    case SHARED_ROOT -> sharedRoot = Optional.of(string(content));
                    case DIRECTORY -> directory = string(content);
                    default -> {
                        // of a later version
                    }
                }
            }
            return new Facts(environment, groups, sharedRoot, directory);
        }

        private static String string(byte[] content) {
            return ByteString.of(content).replaceFirst("\0.*", "");
        }
    }

    record Refusal(long peer, long uid, long installer) {
        static Refusal of(byte[] bytes) {
            ByteBuffer packet = buffer(bytes);
            return new Refusal(
                    Integer.toUnsignedLong(packet.getInt(20)),
                    Integer.toUnsignedLong(packet.getInt(24)),
                    Integer.toUnsignedLong(packet.getInt(28)));
        }
    }

    /** @param number an errno, or a signal */
    record Failure(int stage, int number) {
        static Failure of(byte[] bytes) {
            ByteBuffer packet = buffer(bytes);
            return new Failure(packet.getInt(8), packet.getInt(12));
        }
    }

    /** @param peak as the numbers of {@link Limits} */
    record Result(
            int outcome,
            int value,
            int flags,
            int oomKills,
            Limits limits,
            Usage usage,
            long peak,
            String left,
            String killed) {
        static Result of(byte[] bytes) {
            ByteBuffer packet = buffer(bytes);
            return new Result(
                    packet.getInt(8),
                    packet.getInt(12),
                    packet.getInt(16),
                    packet.getInt(20),
                    Limits.at(packet, 24),
                    Usage.of(packet.getLong(48), packet.getLong(56), packet.getLong(64)),
                    packet.getLong(72),
                    processes(packet, 80),
                    processes(packet, 328));
        }

        private static String processes(ByteBuffer packet, int place) {
            int count = packet.getInt(place);
            List<String> named = new ArrayList<>();
            for (int i = 0; i < Math.min(count, NAMED); i++) {
                int process = place + 2 * Integer.BYTES + i * PROCESS_SIZE;
                named.add(K8sExecException.harmless(text(packet, process + Integer.BYTES, COMMAND_SIZE)) + " ("
                        + packet.getInt(process) + ")");
            }
            String more = count > NAMED ? " and " + (count - NAMED) + " more" : "";
            return named.stream().sorted().collect(Collectors.joining(", ")) + more;
        }
    }

    /** A directory by device and inode; 0 and 0: whatever lies there. */
    record Identity(long device, long inode) {
        static final Identity ANY = new Identity(0, 0);
    }

    /** RUN, but for its strings. */
    record Run(
            int flags,
            int umask,
            long graceMillis,
            Identity directory,
            Identity volume,
            int programs,
            int arguments,
            int scriptAs,
            int scriptArgument,
            int rows,
            int columns) {
        private static final int SIZE = 80;

        byte[] packet() {
            ByteBuffer packet = ByteBuffer.allocate(SIZE).order(ByteOrder.nativeOrder());
            packet.position(8);
            packet.putInt(VERSION).putInt(flags).putInt(umask).putInt(millis(graceMillis));
            packet.putLong(directory.device()).putLong(directory.inode());
            packet.putLong(volume.device()).putLong(volume.inode());
            packet.putInt(programs).putInt(arguments).putInt(scriptAs).putInt(scriptArgument);
            packet.putShort((short) rows).putShort((short) columns);
            return packet.array();
        }
    }

    /** SIGNAL, and END, which both have one number. */
    static byte[] withNumber(long number) {
        ByteBuffer packet = ByteBuffer.allocate(16).order(ByteOrder.nativeOrder());
        packet.putInt(8, millis(number));
        return packet.array();
    }

    private static int millis(long millis) {
        return (int) Math.min(millis, Integer.MAX_VALUE);
    }
}
