package cd.go.contrib.k8sexec.cli.enter;

import cd.go.contrib.k8sexec.cli.outcome.DebugLog;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.platform.Event;
import cd.go.contrib.k8sexec.cli.platform.Events;
import cd.go.contrib.k8sexec.cli.staging.StagedRun;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The first of several ways that leads into the guest; if none does, the last one says why. */
final class AutoEntry implements Entry {
    private final Entry first;
    private final Supplier<List<Entry>> others;
    private Entry taken;

    /** @param others are asked for if the first is refused, and not always: that takes a look at this process */
    AutoEntry(Entry first, Supplier<List<Entry>> others) {
        this.first = first;
        this.others = others;
        this.taken = first;
    }

    @Override
    public String name() {
        return taken.name();
    }

    @Override
    public Running start(GuestProgram program, StagedRun staged, Events events, Consumer<String> notes) {
        return new Attempts(way -> way.start(program, staged, events, notes));
    }

    @Override
    public int become(GuestProgram program, Consumer<String> notes) throws InterruptedException {
        Left left = new Left();
        while (true) {
            taken = left.next();
            DebugLog.step(() -> "the way in is tried: " + taken.name());
            try {
                return taken.become(program, notes);
            } catch (Refused e) {
                if (!left.hasNext()) {
                    throw e;
                }
            }
        }
    }

    /** The ways that have not been tried. */
    private final class Left implements Iterator<Entry> {
        private boolean begun;
        private Iterator<Entry> rest;

        @Override
        public boolean hasNext() {
            if (begun && rest == null) {
                rest = others.get().iterator();
            }
            return !begun || rest.hasNext();
        }

        @Override
        public Entry next() {
            if (!begun) {
                begun = true;
                return first;
            }
            return hasNext() ? rest.next() : null;
        }
    }

    /** The attempt that goes on, and the ways that are left. */
    private final class Attempts implements Running {
        private final Iterator<Entry> left = new Left();
        private final Function<Entry, Running> start;
        private Running running;
        private boolean givenUp;

        Attempts(Function<Entry, Running> start) {
            this.start = start;
            next();
        }

        private void next() {
            taken = left.next();
            DebugLog.step(() -> "the way in is tried: " + taken.name());
            try {
                running = start.apply(taken);
            } catch (Refused e) {
                if (!left.hasNext()) {
                    throw e;
                }
                next();
            }
        }

        @Override
        public Optional<Progress> on(Event event) {
            Optional<Progress> progress = running.on(event);
            if (!givenUp
                    && progress.isPresent()
                    && progress.get() instanceof Progress.NotStarted not
                    && not.reason() instanceof Refused
                    && left.hasNext()) {
                try {
                    next();
                    return Optional.empty();
                } catch (K8sExecException e) {
                    return Optional.of(new Progress.NotStarted(e));
                }
            }
            return progress;
        }

        @Override
        public void giveUp() {
            givenUp = true;
            running.giveUp();
        }
    }

    @Override
    public List<String> describe(GuestProgram program) {
        return Stream.concat(Stream.of(first), others.get().stream())
                .flatMap(way -> way.describe(program).stream())
                .toList();
    }
}
