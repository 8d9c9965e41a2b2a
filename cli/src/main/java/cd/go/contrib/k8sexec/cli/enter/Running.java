package cd.go.contrib.k8sexec.cli.enter;

import cd.go.contrib.k8sexec.cli.platform.Event;
import java.util.Optional;

/** A program that is started in the guest, or runs there. */
public interface Running {

    /**
     * What an event means for it.
     *
     * @return empty if it is about something else
     */
    Optional<Progress> on(Event event);

    /** The run is about to be ended: no other attempt to start it is made. */
    default void giveUp() {}
}
