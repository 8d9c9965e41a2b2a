package cd.go.contrib.k8sexec.cli.run;

import cd.go.contrib.k8sexec.cli.platform.Platform;
import java.time.Duration;

/** Memory that a run gives back while its script runs, for hours perhaps. */
final class SpareMemory {
    /** A script that ends in this time is not worth what it takes to give memory back, and to have it again. */
    private static final Duration SHORT = Duration.ofMillis(200);

    private static final Duration LONG = Duration.ofDays(1);

    private boolean givenBack;

    /** When it wants to be looked at again. */
    Duration patience() {
        return givenBack ? LONG : SHORT;
    }

    /** The script runs. */
    void look(Timeout since) {
        if (!givenBack && since.hasPassed(SHORT)) {
            givenBack = true;
            Platform.CURRENT.giveBackMemory();
        }
    }
}
