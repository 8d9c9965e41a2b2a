package cd.go.contrib.k8sexec.cli.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CancellationTest {
    private final List<Integer> actions = new ArrayList<>();
    private final Cancellation cancellation = new Cancellation();

    @Test
    void a_timeout_that_comes_after_the_scripts_end_changes_nothing() {
        cancellation.onFirst(actions::add);
        cancellation.stopClock();
        cancellation.timeOut();

        assertEquals(0, cancellation.signal());
        assertEquals(List.of(), actions);
    }

    @Test
    void a_timeout_before_the_scripts_end_is_what_ended_it() {
        cancellation.onFirst(actions::add);
        cancellation.timeOut();
        cancellation.stopClock();

        assertTrue(cancellation.timedOutAfter().isPresent());
        assertEquals(1, actions.size());
    }

    @Test
    void a_signal_after_the_scripts_end_still_counts() {
        cancellation.stopClock();
        cancellation.request(15);

        assertEquals(15, cancellation.signal());
        assertFalse(cancellation.timedOutAfter().isPresent());
    }
}
