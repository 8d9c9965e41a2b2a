package cd.go.contrib.k8sexec.cli.doctor;

import cd.go.contrib.k8sexec.cli.outcome.PodChange;
import cd.go.contrib.k8sexec.cli.outcome.Remedy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What of a Pod's manifest is to be changed for the checks of an examination to pass.
 *
 * @param agent the agent container's name, empty if it is not known; {@code guest} likewise
 */
public record Manifest(List<Check> checks, Optional<String> agent, Optional<String> guest) {

    /**
     * A part of a Pod's manifest in YAML, to be merged into it: as comments each check that fails or warns with its
     * remedy, then the fields. In CAPITALS is what only its author can know.
     */
    public String toYaml() {
        List<String> lines = new ArrayList<>();
        for (Check check : checks) {
            if (check.remedy() != null) {
                lines.add("# " + check.id() + ": " + check.finding());
                lines.add("#   -> " + check.remedy().text());
            }
        }
        Map<String, Object> pod = fields(PodChange.In.POD);
        Map<String, Object> agents = fields(PodChange.In.AGENT);
        Map<String, Object> guests = fields(PodChange.In.GUEST);
        if (pod.isEmpty() && agents.isEmpty() && guests.isEmpty()) {
            lines.add(lines.isEmpty() ? "# nothing is to be changed" : "# no field of the manifest changes that");
            lines.add("spec: {}");
        } else {
            lines.add("spec:");
            block(pod, "  ", lines);
            if (!agents.isEmpty() || !guests.isEmpty()) {
                lines.add("  containers:");
                container(agent.orElse("AGENT"), agents, lines);
                container(guest.orElse("GUEST"), guests, lines);
            }
        }
        return String.join(System.lineSeparator(), lines);
    }

    private Map<String, Object> fields(PodChange.In in) {
        return checks.stream()
                .map(Check::remedy)
                .flatMap(remedy -> Optional.ofNullable(remedy).map(Remedy::changes).stream())
                .flatMap(List::stream)
                .filter(change -> change.in() == in)
                .map(PodChange::fields)
                .reduce(new LinkedHashMap<>(), PodChange::merge);
    }

    private static void container(String name, Map<String, Object> fields, List<String> lines) {
        if (!fields.isEmpty()) {
            lines.add("    - name: " + PodChange.flow(name));
            block(fields, "      ", lines);
        }
    }

    private static void block(Map<?, ?> fields, String indent, List<String> lines) {
        fields.forEach((name, value) -> {
            if (value instanceof Map<?, ?> map && !map.isEmpty()) {
                lines.add(indent + name + ":");
                block(map, indent + "  ", lines);
            } else if (value instanceof List<?> list && list.get(0) instanceof Map) {
                lines.add(indent + name + ":");
                list.forEach(item -> lines.add(indent + "  - " + PodChange.flow(item)));
            } else {
                lines.add(indent + name + ": " + PodChange.flow(value));
            }
        });
    }
}
