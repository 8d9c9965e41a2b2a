package cd.go.contrib.k8sexec.cli.command;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.platform.Events;
import cd.go.contrib.k8sexec.protocol.Durations;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Waits for services, all at once.
 *
 * @param limit how long at most; each service is tried once in any case
 * @param there gets each service that is there, with the time that it took
 * @param notes gets a line for people now and then: what is waited for
 */
record ServiceWait(Duration limit, BiConsumer<Service, Duration> there, Consumer<String> notes) {
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration LONGEST_ATTEMPT = Duration.ofSeconds(5);
    private static final Duration SHORTEST_ATTEMPT = Duration.ofSeconds(1);
    /** So much longer is waited for what the first attempt sees, if that has no answer yet. */
    private static final Duration FIRST_ATTEMPT = Duration.ofSeconds(3);

    private static final String NOT_TRIED = "its name takes long to look up";

    /** What one attempt saw; nothing if the service is there. */
    private record Seen(Service service, Optional<String> missing) {}

    /** @throws K8sExecException SERVICE_MISSING: names those that are not there at the end */
    void until(List<Service> services) throws InterruptedException {
        long start = System.nanoTime();
        BlockingQueue<Seen> attempts = new LinkedBlockingQueue<>();
        Map<Service, String> missing = new LinkedHashMap<>();
        for (Service service : services) {
            missing.put(service, NOT_TRIED);
        }
        // a thread for each: the C library may take many seconds to look a name up
        List.copyOf(missing.keySet()).forEach(service -> begin(service, attempts, start));
        Duration note = Events.FIRST_NOTE;
        while (!missing.isEmpty()) {
            Duration waited = since(start);
            boolean areTried = !missing.containsValue(NOT_TRIED);
            if (waited.compareTo(areTried ? limit : limit.plus(FIRST_ATTEMPT)) >= 0) {
                throw missing(missing);
            }
            if (waited.compareTo(note) >= 0) {
                notes.accept("waiting for " + described(missing) + "; " + Durations.text(limit) + " at most");
                note = note.plus(Events.NEXT_NOTE);
            }
            Seen seen = attempts.poll(POLL.toMillis(), TimeUnit.MILLISECONDS);
            if (seen == null) {
                continue;
            }
            if (seen.missing().isPresent()) {
                missing.put(seen.service(), seen.missing().get());
            } else {
                missing.remove(seen.service());
                there.accept(seen.service(), since(start));
            }
        }
    }

    private void begin(Service service, BlockingQueue<Seen> attempts, long start) {
        Thread thread = new Thread(() -> {
            try {
                Optional<String> missing;
                do {
                    Duration left = limit.minus(since(start));
                    Duration most = left.compareTo(LONGEST_ATTEMPT) > 0 ? LONGEST_ATTEMPT : left;
                    missing = service.missing(most.compareTo(SHORTEST_ATTEMPT) < 0 ? SHORTEST_ATTEMPT : most);
                    attempts.add(new Seen(service, missing));
                    Thread.sleep(POLL.toMillis());
                } while (missing.isPresent());
            } catch (InterruptedException e) {
                // nobody does that
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private K8sExecException missing(Map<Service, String> missing) {
        return new K8sExecException(
                ErrorId.SERVICE_MISSING,
                described(missing) + (missing.size() == 1 ? " was" : " were") + " not there within "
                        + Durations.text(limit),
                "so what needs " + (missing.size() == 1 ? "it" : "them") + " would fail",
                "look why its container does not serve (kubectl logs POD -c NAME), or wait longer by --for");
    }

    private static String described(Map<Service, String> missing) {
        return missing.entrySet().stream()
                .map(entry -> entry.getKey().text() + " (" + entry.getValue() + ")")
                .collect(Collectors.joining(" and "));
    }

    private static Duration since(long start) {
        return Duration.ofNanos(System.nanoTime() - start);
    }
}
