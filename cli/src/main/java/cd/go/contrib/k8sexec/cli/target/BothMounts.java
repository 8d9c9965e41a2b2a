package cd.go.contrib.k8sexec.cli.target;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Whether agent and guest see the same folder, by their mounts, which anybody may read. */
public record BothMounts(List<Mount> agents, List<Mount> guests) {

    public static BothMounts of(ProcFs proc, Target target) {
        return new BothMounts(proc.mounts("self"), proc.mounts(target.pid()));
    }

    /**
     * What lies at the agent's path and at the guest's, if that is not the same folder; in words, with both mounts.
     *
     * @param agentsPath absolute, without symbolic links
     * @param guestsPath as the guest sees it
     */
    public Optional<String> difference(String agentsPath, String guestsPath) {
        Optional<Mount> agents = Mount.holding(agentsPath, this.agents);
        Optional<Mount> guests = Mount.holding(guestsPath, this.guests);
        if (agents.isEmpty() || guests.isEmpty() || isSame(agents.get(), agentsPath, guests.get(), guestsPath)) {
            return Optional.empty();
        }
        return Optional.of("the agent has there " + agents.get().describe() + ", the guest "
                + guests.get().describe());
    }

    private static boolean isSame(Mount agents, String agentsPath, Mount guests, String guestsPath) {
        return agents.device().equals(guests.device())
                && agents.inFileSystem(agentsPath).equals(guests.inFileSystem(guestsPath));
    }

    /**
     * The folders below the two roots where one has another mount than the other, as paths below the root.
     *
     * @param agentsRoot absolute, without symbolic links
     * @param guestsRoot as the guest sees it, without a final slash
     */
    public List<String> differBelow(String agentsRoot, String guestsRoot) {
        return Stream.concat(below(agents, agentsRoot), below(guests, guestsRoot))
                .distinct()
                .sorted()
                .filter(folder ->
                        difference(agentsRoot + folder, guestsRoot + folder).isPresent())
                .toList();
    }

    private static Stream<String> below(List<Mount> mounts, String root) {
        return mounts.stream()
                .map(Mount::point)
                .filter(point -> point.startsWith(root + "/"))
                .map(point -> point.substring(root.length()));
    }
}
