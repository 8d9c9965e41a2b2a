package cd.go.contrib.k8sexec.cli.platform;

import cd.go.contrib.k8sexec.cli.outcome.StandardStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Tells people what another thread waits for, as {@link Events#waitFor} promises. */
final class JvmWaiting {
    private Thread teller;
    private String what = "";
    /** By System.nanoTime. */
    private long since;

    private long due;

    synchronized void waitFor(String something) {
        what = something;
        since = System.nanoTime();
        due = since + Events.FIRST_NOTE.toNanos();
        if (teller == null && !what.isEmpty()) {
            teller = new Thread(this::tell, "waiting");
            teller.setDaemon(true);
            teller.start();
        }
        notifyAll();
    }

    private void tell() {
        try {
            while (true) {
                byte[] line = next().getBytes(StandardCharsets.UTF_8);
                StandardStream.ERR.write(line, 0, line.length);
            }
        } catch (InterruptedException e) {
            // nobody does that
        }
    }

    private synchronized String next() throws InterruptedException {
        while (what.isEmpty() || System.nanoTime() < due) {
            // 0 would be for ever
            wait(
                    what.isEmpty()
                            ? 0
                            : Math.max(
                                    1, Duration.ofNanos(due - System.nanoTime()).toMillis()));
        }
        due += Events.NEXT_NOTE.toNanos();
        return Events.line(what) + " (since "
                + Duration.ofNanos(System.nanoTime() - since).toSeconds() + " s)\n";
    }
}
