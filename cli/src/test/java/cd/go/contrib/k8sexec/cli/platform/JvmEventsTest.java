package cd.go.contrib.k8sexec.cli.platform;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JvmEventsTest {
    @Test
    void whatever_goes_wrong_in_the_thread_that_launches_is_told() throws InterruptedException {
        JvmEvents events = new JvmEvents(new JvmPlatform(), List.of());

        // no program: an exception that nobody expects
        events.launch(null, Inside.HERE, Optional.empty());

        assertInstanceOf(Event.Failed.class, events.next(Duration.ofSeconds(30)));
    }
}
