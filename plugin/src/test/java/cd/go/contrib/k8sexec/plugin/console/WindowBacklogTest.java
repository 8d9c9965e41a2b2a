package cd.go.contrib.k8sexec.plugin.console;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class WindowBacklogTest {

    @Test
    void is_what_was_given_in_the_last_window() {
        long[] now = {0};
        WindowBacklog backlog = new WindowBacklog(Duration.ofNanos(100), () -> now[0]);
        for (; now[0] < 1000; now[0] += 10) {
            backlog.add(new Amount(1, 5));

            long given = Math.min(now[0] / 10 + 1, 10);
            assertEquals(given, backlog.look().entries);
            assertEquals(5 * given, backlog.look().bytes);
        }
        now[0] += 100;
        assertEquals(0, backlog.look().entries);
    }
}
