package cd.go.contrib.k8sexec.cli.doctor;

import cd.go.contrib.k8sexec.cli.outcome.PodChange;
import cd.go.contrib.k8sexec.cli.outcome.Remedy;
import cd.go.contrib.k8sexec.cli.target.Mount;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Whether the guest sees what identifies the agent to GoCD's server: its images keep that in VOLUME_DIR, with the jobs.
 */
final class IdentityCheck {
    static final String ID = "agent-identity";

    /** As GoCD's agent writes them, where it works. */
    private static final List<String> FILES = List.of("token", "guid.txt", "autoregister.properties");

    private IdentityCheck() {}

    /** @param containerRoot where the guest has the shared root */
    static Check of(
            ProcFs proc, Map<String, String> environment, Path sharedRoot, String containerRoot, Target target) {
        List<Mount> agents = proc.mounts("self");
        List<Mount> guests = proc.mounts(target.pid());
        return of(environment, sharedRoot, file -> {
            String relative = sharedRoot.relativize(file).toString();
            return isSame(
                    agents,
                    file.toString(),
                    guests,
                    Path.of(containerRoot, relative).toString());
        });
    }

    /** Of a guest whose mounts cannot be seen: it has the volume as the agent has it, without what is mounted there. */
    static Check of(ProcFs proc, Map<String, String> environment, Path sharedRoot) {
        List<Mount> agents = proc.mounts("self");
        Optional<Mount> volume = Mount.holding(sharedRoot.toString(), agents);
        return of(
                environment,
                sharedRoot,
                file -> Mount.holding(file.toString(), agents).equals(volume));
    }

    private static Check of(Map<String, String> environment, Path sharedRoot, Predicate<Path> isGuests) {
        List<Path> seen = Stream.of(sharedRoot, Path.of(environment.getOrDefault("VOLUME_DIR", sharedRoot.toString())))
                .map(Path::normalize)
                .filter(folder -> folder.startsWith(sharedRoot))
                .distinct()
                .flatMap(folder ->
                        FILES.stream().map(file -> folder.resolve("config").resolve(file)))
                .filter(Files::exists)
                .filter(isGuests)
                .toList();
        if (seen.isEmpty()) {
            return Check.ok(ID, "the guest does not see the agent's token and guid");
        }
        Path folder = seen.get(0).getParent();
        return Check.warning(
                ID,
                "the guest sees "
                        + String.join(", ", seen.stream().map(Path::toString).toList())
                        + ": who has token and guid can take the agent's place",
                Remedy.of(
                        PodChange.emptyDir("config"),
                        PodChange.mount(PodChange.In.AGENT, "config", folder.toString())));
    }

    /** As the mounts say, which anybody may read. */
    private static boolean isSame(List<Mount> agents, String ofAgent, List<Mount> guests, String ofGuest) {
        Optional<Mount> agent = Mount.holding(ofAgent, agents);
        Optional<Mount> guest = Mount.holding(ofGuest, guests);
        return agent.isPresent()
                && guest.isPresent()
                && agent.get().device().equals(guest.get().device())
                && agent.get().inFileSystem(ofAgent).equals(guest.get().inFileSystem(ofGuest));
    }
}
