package cd.go.contrib.k8sexec.plugin.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.thoughtworks.go.plugin.api.task.JobConsoleLogger;
import com.thoughtworks.go.plugin.api.task.TaskExecutionContext;
import com.thoughtworks.go.remote.work.ConsoleOutputTransmitter;
import com.thoughtworks.go.work.TaskContext;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class GoCdRingTest {

    @AfterEach
    void endTask() {
        Context.set(null);
    }

    @Test
    void sees_how_full_the_ring_is_and_whether_it_is_being_sent() throws InterruptedException {
        CountDownLatch uploading = new CountDownLatch(1);
        CountDownLatch answered = new CountDownLatch(1);
        try (ConsoleOutputTransmitter transmitter = new ConsoleOutputTransmitter(
                entries -> {
                    uploading.countDown();
                    await(answered);
                },
                100,
                TimeUnit.MILLISECONDS)) {
            Context.set(new TaskContext(null, transmitter));
            GoCdRing ring = GoCdRing.ofCurrentTask().orElseThrow();

            transmitter.taggedConsumeLine("&1", "line");
            uploading.await();
            assertTrue(ring.isSending());
            assertEquals(0, ring.entries());

            transmitter.taggedConsumeLine("&1", "a\nb");
            assertEquals(1, ring.entries());
            assertEquals("&1|HH:mm:ss.SSS a\n&1|HH:mm:ss.SSS b".length(), ring.bytes());

            answered.countDown();
            while (ring.entries() > 0 || ring.isSending()) {
                Thread.onSpinWait();
            }
            assertTrue(ring.isSame(GoCdRing.ofCurrentTask().orElseThrow()));
        }
    }

    @Test
    void is_not_found_where_there_is_none() {
        assertFalse(GoCdRing.ofCurrentTask().isPresent());
        Context.set(() -> null);
        assertFalse(GoCdRing.ofCurrentTask().isPresent());
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class Context extends JobConsoleLogger {

        private static void set(TaskExecutionContext task) {
            context = task;
        }
    }
}
