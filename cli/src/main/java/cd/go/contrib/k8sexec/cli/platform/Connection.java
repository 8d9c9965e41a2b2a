package cd.go.contrib.k8sexec.cli.platform;

import java.time.Duration;
import java.util.Optional;

/** A connection to a relay, for whole messages (docs/relay-protocol.md), which come checked. */
public interface Connection extends AutoCloseable {

    int descriptor();

    /** The user who listens there, as the kernel knows it. */
    long listener();

    /**
     * The next message.
     *
     * @param limit how long to wait for it; zero: not at all
     * @return empty where none came in this time
     * @throws Ended where none will come any more
     */
    Optional<Message> receive(Duration limit) throws Ended;

    /**
     * Sends one.
     *
     * @param packet      of which type, size and descriptors are filled in
     * @param descriptors of which those are attached that are not negative, each by its place
     * @throws Ended where that is not possible any more
     */
    void send(int type, byte[] packet, int[] descriptors) throws Ended;

    /**
     * Waits for the RESULT of a program that runs, and passes on to it the signals that this process gets, and a
     * terminal's input and output.
     *
     * @param terminal the descriptor of its master; -1: none
     * @param input    whether what is typed goes there
     */
    Message accompany(int terminal, boolean input) throws Ended;

    /** Of a message that has one and should not. */
    void closeTerminal(Message message);

    @Override
    void close();

    /**
     * A message.
     *
     * @param packet   in the byte order of this machine
     * @param facts    what is in the file beside it; empty where there is none
     * @param terminal the descriptor of a terminal's master, the receiver's to close, or -1
     */
    record Message(byte[] packet, Optional<byte[]> facts, int terminal) {}

    /** The connection is of no more use. */
    final class Ended extends Exception {
        private static final long serialVersionUID = 1;

        public Ended(String reason) {
            super(reason);
        }
    }
}
