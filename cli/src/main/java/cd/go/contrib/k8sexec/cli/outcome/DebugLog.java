package cd.go.contrib.k8sexec.cli.outcome;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * What K8S_EXEC_DEBUG=1 adds to standard error, for whoever reports a fault: each step with its time, and where an
 * error comes from. There is never the value of a variable in it.
 */
public final class DebugLog {
    /** In the environment, with the value 1. */
    public static final String VARIABLE = "K8S_EXEC_DEBUG";

    private static final String MARK = "k8s-exec: debug: ";

    /** Set once in the life of this process. */
    private static boolean on;

    /** By System.nanoTime. */
    private static long start;

    private DebugLog() {}

    /** From now on there is something to see, and the time of steps counts. */
    public static void begin() {
        on = true;
        start = System.nanoTime();
        step(Build::description);
    }

    /** @param what is asked for only if somebody wants to know */
    public static void step(Supplier<String> what) {
        if (on) {
            long micros = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - start);
            print(String.format(Locale.ROOT, "%8.3f ms  ", micros / 1000.0) + what.get());
        }
    }

    /** Where an error comes from. */
    public static void print(K8sExecException e) {
        if (on) {
            FaultText.trace(e).forEach(DebugLog::print);
        }
    }

    /** In one piece: several threads may have something to say. */
    private static void print(String line) {
        byte[] bytes = (MARK + K8sExecException.harmless(line) + '\n').getBytes(StandardCharsets.UTF_8);
        StandardStream.ERR.write(bytes, 0, bytes.length);
    }
}
