package cd.go.contrib.k8sexec.cli.run;

import cd.go.contrib.k8sexec.cli.enter.Account;
import cd.go.contrib.k8sexec.cli.outcome.Cost;
import cd.go.contrib.k8sexec.cli.platform.Events;
import cd.go.contrib.k8sexec.cli.target.Limits;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import java.time.Duration;
import java.util.Optional;

/** What a script takes, from its start on. */
final class Meter {
    private final ProcFs proc;
    private final Events events;
    /** By System.nanoTime. */
    private long start;

    Meter(ProcFs proc, Events events) {
        this.proc = proc;
        this.events = events;
    }

    void begin() {
        start = System.nanoTime();
    }

    /** @param account what the way in tells of the run; empty: this container is where it was */
    Cost read(Optional<Account> account) {
        Duration time = Duration.ofNanos(System.nanoTime() - start);
        return account.map(told -> new Cost(time, told.usage(), told::memory))
                .orElseGet(() -> new Cost(time, events.usage(), () -> Limits.ownMemory(proc)));
    }
}
