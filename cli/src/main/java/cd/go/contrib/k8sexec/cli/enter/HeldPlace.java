package cd.go.contrib.k8sexec.cli.enter;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.platform.ByteString;
import cd.go.contrib.k8sexec.cli.platform.Identity;
import cd.go.contrib.k8sexec.cli.platform.Platform;
import cd.go.contrib.k8sexec.cli.staging.RunId;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.TargetFinder;
import cd.go.contrib.k8sexec.protocol.InvalidValue;
import cd.go.contrib.k8sexec.protocol.Way;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;

/**
 * Where a script has run, and all that another program of this container needs to run there too: its environment is in
 * it.
 *
 * @param reference   by which the guest is found ({@link Entry#reference})
 * @param directory   where the script started, as the guest sees it, a byte string
 * @param environment what the script was given
 */
public record HeldPlace(List<String> reference, User user, String directory, RunId run, ScriptEnvironment environment) {

    /** Byte strings without NUL; their number says nothing. */
    public List<String> toStrings() {
        List<String> strings = new ArrayList<>(List.of(String.valueOf(reference.size())));
        strings.addAll(reference);
        strings.add(user.change().map(HeldPlace::text).orElse(""));
        strings.addAll(List.of(directory, run.text(), environment.guestPath()));
        environment.variables().forEach((name, value) -> strings.add(name + "=" + value));
        return strings;
    }

    private static String text(Identity user) {
        List<Long> numbers = new ArrayList<>(List.of(user.uid(), user.gid()));
        numbers.addAll(user.groups());
        return String.join(" ", numbers.stream().map(String::valueOf).toList());
    }

    /** @throws IllegalArgumentException or a NoSuchElementException if these are none of {@link #toStrings} */
    public static HeldPlace of(Iterator<String> strings) {
        List<String> reference = new ArrayList<>();
        for (int left = Integer.parseInt(strings.next()); left > 0; left--) {
            reference.add(strings.next());
        }
        User user = user(strings.next());
        String directory = strings.next();
        RunId run = RunId.parse(strings.next()).orElseThrow();
        String guestPath = strings.next();
        Map<String, String> variables = new LinkedHashMap<>();
        strings.forEachRemaining(entry -> {
            int equals = entry.indexOf('=');
            variables.put(entry.substring(0, equals), entry.substring(equals + 1));
        });
        return new HeldPlace(reference, user, directory, run, new ScriptEnvironment(variables, guestPath));
    }

    private static User user(String text) {
        if (text.isEmpty()) {
            return new User(Optional.empty());
        }
        List<Long> numbers = Arrays.stream(text.split(" ")).map(Long::valueOf).toList();
        return new User(Optional.of(new Identity(numbers.get(0), numbers.get(1), numbers.subList(2, numbers.size()))));
    }

    /**
     * The script's environment with others on top.
     *
     * @param more names and values, as byte strings
     */
    public ScriptEnvironment environmentWith(Map<String, String> more) {
        Map<String, String> all = new LinkedHashMap<>(environment.variables());
        all.putAll(more);
        return new ScriptEnvironment(all, environment.guestPath());
    }

    /**
     * The way that the script has taken.
     *
     * @param path the agent's PATH, or null
     */
    public Entry entry(Platform platform, ProcFs proc, String path) {
        try {
            Way way = Way.parse(reference.get(0));
            return Ways.of(way, platform, proc, path, way == Way.RELAY ? Optional.of(relayPlace()) : Optional.empty());
        } catch (InvalidValue e) {
            throw new IllegalStateException(e);
        }
    }

    private RelayPlace relayPlace() {
        String user = reference.get(3);
        return new RelayPlace(
                Path.of(ByteString.toText(reference.get(2))),
                user.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(user)));
    }

    /**
     * The guest, if it is still there.
     *
     * @throws K8sExecException TARGET_DEAD, or what the way has to say
     */
    public Guest guest(Entry entry, ProcFs proc) throws InterruptedException {
        return entry.find(new Search() {
            @Override
            public Optional<String> name() {
                return Optional.of(ByteString.toText(reference.get(1)));
            }

            @Override
            public boolean byProcess() {
                return false;
            }

            @Override
            public Guest await(Predicate<K8sExecException> mayComeYet, Look look) throws InterruptedException {
                return look.find();
            }

            @Override
            public ProcGuest inProc() {
                String pid = reference.get(1);
                if (proc.process(Integer.parseInt(pid))
                        .filter(now -> now.startTicks() == Long.parseLong(reference.get(2)))
                        .isEmpty()) {
                    throw new K8sExecException(
                            ErrorId.TARGET_DEAD,
                            "the guest in which the script has failed (process " + pid + ") has ended",
                            "so its place is gone",
                            "look why it ended: kubectl logs POD -c CONTAINER --previous");
                }
                return new ProcGuest(new TargetFinder(proc, Optional.empty()).byPid(pid), proc);
            }
        });
    }
}
