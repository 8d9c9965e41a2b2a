package cd.go.contrib.k8sexec.plugin.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RateLimitTest {

    @Test
    void lets_no_more_through_in_any_window() {
        long[] now = {0};
        RateLimit rate = new RateLimit(100, Duration.ofNanos(200), () -> now[0]);
        List<Long> times = new ArrayList<>();
        // now and then, and in bursts
        for (; now[0] < 2000; now[0]++) {
            if ((now[0] % 31 == 0 || now[0] % 400 > 300) && rate.tryAcquire(10)) {
                times.add(now[0]);
            }
        }

        assertTrue(times.size() > 60, times.toString());
        for (int i = 10; i < times.size(); i++) {
            assertTrue(times.get(i) - times.get(i - 10) >= 200, "11 within a window from " + times.get(i - 10));
        }
    }

    @Test
    void says_no_at_once_where_it_is_only_asked() {
        RateLimit rate = new RateLimit(10, Duration.ofHours(1));

        assertFalse(rate.tryAcquire(11));
        assertTrue(rate.tryAcquire(10));
        assertFalse(rate.tryAcquire(1));
    }

    @Test
    void lets_an_amount_above_the_limit_through_alone() {
        assertTimeoutPreemptively(Duration.ofSeconds(5), () -> {
            RateLimit rate = new RateLimit(10, Duration.ofMillis(100));
            rate.acquire(1);
            rate.acquire(1000);
            assertFalse(rate.tryAcquire(1));
        });
    }

    @Test
    void keeps_the_interrupt_of_a_thread_that_waits() {
        RateLimit rate = new RateLimit(10, Duration.ofMillis(100));
        rate.acquire(10);
        Thread.currentThread().interrupt();
        rate.acquire(10);

        assertTrue(Thread.interrupted());
    }

    @Test
    void lets_everything_through_once_it_is_lifted() throws InterruptedException {
        RateLimit rate = new RateLimit(10, Duration.ofHours(1));
        rate.acquire(10);
        Thread waiting = new Thread(() -> rate.acquire(10));
        waiting.start();
        waiting.join(100);
        assertTrue(waiting.isAlive());

        rate.lift();
        waiting.join(5000);

        assertEquals(Thread.State.TERMINATED, waiting.getState());
        assertTrue(rate.tryAcquire(1_000_000));
    }
}
