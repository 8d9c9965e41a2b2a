package cd.go.contrib.k8sexec.cli.platform;

import java.util.function.IntConsumer;
import sun.misc.Signal;

/**
 * Signals that this process gets. A shutdown hook would learn neither which signal it was nor of a second one, and the
 * JDK has nothing else than this class of its module jdk.unsupported.
 */
public final class OsSignals {
    private OsSignals() {}

    /**
     * @param name     without "SIG"
     * @param consumer gets the signal's number, in a thread of its own
     */
    public static void handle(String name, IntConsumer consumer) {
        Signal.handle(new Signal(name), signal -> consumer.accept(signal.getNumber()));
    }
}
