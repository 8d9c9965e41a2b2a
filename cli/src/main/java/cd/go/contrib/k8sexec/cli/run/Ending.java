package cd.go.contrib.k8sexec.cli.run;

import cd.go.contrib.k8sexec.cli.enter.Account;
import cd.go.contrib.k8sexec.cli.platform.Events;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.ProcessInfo;
import cd.go.contrib.k8sexec.protocol.Durations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The end of a tree: one SIGTERM for each of its processes that is there when it begins, the grace period, in which
 * what they start is left alone, SIGKILL until none is left. Whoever has one looks again and again.
 */
final class Ending {
    /** From one look to the next as long as they may end by themselves. */
    static final Duration POLL = Duration.ofMillis(20);
    /** From one look to the next while they are killed. */
    static final Duration KILL_POLL = Duration.ofMillis(1);
    /** A process that SIGKILL does not end in this time hangs in the kernel, and nobody can end it. */
    static final Duration KILL_LIMIT = Duration.ofSeconds(5);

    private final ProcFs proc;
    private final Supplier<List<ProcessInfo>> members;
    private final Set<Identity> told = new HashSet<>();
    private final Map<Identity, ProcessInfo> killed = new HashMap<>();
    private long begin = Long.MAX_VALUE;
    private List<ProcessInfo> left = List.of();
    /** By System.nanoTime; 0 before it begins. */
    private long nextNote;

    /** @param members of the run, as a look finds them */
    Ending(ProcFs proc, Supplier<List<ProcessInfo>> members) {
        this.proc = proc;
        this.members = members;
    }

    /** What stays the same in the life of a process, whatever program it becomes and whoever becomes its parent. */
    private record Identity(int pid, long startTicks) {
        static Identity of(ProcessInfo process) {
            return new Identity(process.pid(), process.startTicks());
        }
    }

    /**
     * Sends SIGTERM to all that are there and have not been sent one.
     *
     * @return whether any process was there
     */
    boolean tell() {
        begin = proc.ticks();
        return tell(Long.MAX_VALUE);
    }

    /**
     * Looks again, and sends SIGTERM to those that a look has missed, for that takes a while: they were there before
     * the others were told.
     *
     * @return whether any process is there
     */
    boolean look() {
        return tell(begin);
    }

    boolean hasToldNobody() {
        return told.isEmpty();
    }

    private boolean tell(long startedBefore) {
        left = members.get();
        for (ProcessInfo process : left) {
            if (process.startTicks() < startedBefore && told.add(Identity.of(process))) {
                handle(process).ifPresent(ProcessHandle::destroy);
            }
        }
        return !left.isEmpty();
    }

    /**
     * Sends SIGKILL to all.
     *
     * @return whether there was any
     */
    boolean kill() {
        left = members.get();
        for (ProcessInfo process : left) {
            killed.put(Identity.of(process), process);
            handle(process).ifPresent(ProcessHandle::destroyForcibly);
        }
        return !left.isEmpty();
    }

    /**
     * What did not end by itself, and what is still there, in a sentence for each reason.
     *
     * @param why     SIGKILL came
     * @param account what the way in tells of the processes; empty: what was seen here counts
     * @param killing whether SIGKILL has come
     */
    List<String> lines(String why, Optional<Account> account, boolean killing) {
        List<String> lines = new ArrayList<>();
        add(lines, "ended with SIGKILL, because SIGTERM did not end it: ", ProcessTree.describe(select(true)));
        add(lines, "ended with SIGKILL, because " + why + ": ", ProcessTree.describe(select(false)));
        // it does not tell which of them have had SIGTERM
        add(
                lines,
                "ended with SIGKILL, because " + why + ": ",
                account.map(Account::killed).orElse(""));
        if (killing) {
            String there = account.map(Account::left).orElseGet(this::left);
            add(lines, "still there in spite of SIGKILL: ", there);
        }
        return lines;
    }

    private static void add(List<String> lines, String text, String processes) {
        if (!processes.isEmpty()) {
            lines.add(text + processes);
        }
    }

    private List<ProcessInfo> select(boolean wasTold) {
        return killed.entrySet().stream()
                .filter(entry -> told.contains(entry.getKey()) == wasTold)
                .map(Map.Entry::getValue)
                .toList();
    }

    /** For people who wait for its end: a line now and then, from the first call on. */
    Optional<String> waiting(Duration grace) {
        long now = System.nanoTime();
        if (nextNote == 0) {
            nextNote = now + Events.FIRST_NOTE.toNanos();
        } else if (now - nextNote >= 0) {
            nextNote = now + Events.NEXT_NOTE.toNanos();
            return Optional.of("the script is being ended: waiting " + Durations.text(grace) + " at most for "
                    + (left.isEmpty() ? "its processes" : left()));
        }
        return Optional.empty();
    }

    /** What the last look found, in words. */
    String left() {
        return ProcessTree.describe(left);
    }

    /** Empty if it ended; the JDK signals a handle only if the process has the start time that the handle saw. */
    private Optional<ProcessHandle> handle(ProcessInfo process) {
        return ProcessHandle.of(process.pid())
                .filter(handle -> proc.process(process.pid())
                        .filter(now -> now.startTicks() == process.startTicks())
                        .isPresent());
    }
}
