package cd.go.contrib.k8sexec.cli.enter;

import cd.go.contrib.k8sexec.cli.staging.StagedRun;
import java.util.List;
import java.util.function.Consumer;

/** The first of several ways that leads into the guest; where none does, the last one says why. */
final class AutoEntry implements Entry {
    private final List<Entry> ways;
    private Entry taken;

    AutoEntry(List<Entry> ways) {
        this.ways = ways;
        this.taken = ways.get(0);
    }

    /** What is done by one way. */
    private interface Use<T> {
        T by(Entry way) throws InterruptedException;
    }

    private <T> T first(Use<T> use) throws InterruptedException {
        Refused refused = null;
        for (Entry way : ways) {
            try {
                taken = way;
                return use.by(way);
            } catch (Refused e) {
                refused = e;
            }
        }
        throw refused;
    }

    @Override
    public String name() {
        return taken.name();
    }

    @Override
    public boolean reaches() {
        return taken.reaches();
    }

    @Override
    public Running start(GuestProgram program, StagedRun staged, Consumer<String> notes) throws InterruptedException {
        return first(way -> way.start(program, staged, notes));
    }

    @Override
    public int become(GuestProgram program, Consumer<String> notes) throws InterruptedException {
        return first(way -> way.become(program, notes));
    }

    @Override
    public List<String> describe(GuestProgram program) {
        return ways.stream().flatMap(way -> way.describe(program).stream()).toList();
    }
}
