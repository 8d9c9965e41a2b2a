package cd.go.contrib.k8sexec.cli.outcome;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A change of the Pod's manifest that fixes something.
 *
 * @param in     whose fields they are
 * @param fields what to set, as a tree of YAML: maps by the names of fields, lists, texts, numbers and booleans
 */
public record PodChange(In in, Map<String, Object> fields) {
    /** YAML's plain style, as far as nobody can take it for something else (YAML 1.1, "Plain Style"). */
    private static final Pattern PLAIN = Pattern.compile("-?[A-Za-z/.][A-Za-z0-9_/.-]*|[0-9]+(m|[KMGTPE]i)");

    private static final Set<String> WORDS = Set.of("true", "false", "yes", "no", "on", "off", "null", "y", "n");

    /** Whose fields: the Pod's spec, or one of its containers. */
    public enum In {
        POD("in the Pod"),
        AGENT("in the agent container"),
        GUEST("in the guest container");

        private final String words;

        In(String words) {
            this.words = words;
        }
    }

    /**
     * @param path  the names of fields, with a dot between two
     * @param value as in {@link #fields}
     */
    public static PodChange of(In in, String path, Object value) {
        return new PodChange(in, tree(path, value));
    }

    /** @param path in its securityContext */
    public static PodChange ofAgent(String path, Object value) {
        return of(In.AGENT, "securityContext." + path, value);
    }

    /** A variable of the agent container. */
    public static PodChange variable(String name, String value) {
        return of(In.AGENT, "env", List.of(item("name", name, "value", value)));
    }

    /** @param volume its name */
    public static PodChange emptyDir(String volume) {
        return of(In.POD, "volumes", List.of(item("name", volume, "emptyDir", Map.of())));
    }

    /** @param volume its name */
    public static PodChange mount(In in, String volume, String path) {
        return of(in, "volumeMounts", List.of(item("name", volume, "mountPath", path)));
    }

    /** A list's item of two fields. */
    public static Map<String, Object> item(String name, String value, String otherName, Object other) {
        Map<String, Object> item = new LinkedHashMap<>();
        item.put(name, value);
        item.put(otherName, other);
        return item;
    }

    /** With this field, too. */
    public PodChange with(String path, Object value) {
        return new PodChange(in, merge(fields, tree(path, value)));
    }

    /** For people, on one line: where, and the fields. */
    public String text() {
        String flow = flow(fields);
        return in.words + ": " + flow.substring(1, flow.length() - 1);
    }

    /** Both trees in one: lists are put together, and of two other values the second counts. */
    public static Map<String, Object> merge(Map<String, Object> first, Map<String, Object> second) {
        Map<String, Object> both = new LinkedHashMap<>(first);
        second.forEach((name, value) -> both.merge(name, value, PodChange::mergeValues));
        return both;
    }

    @SuppressWarnings("unchecked")
    private static Object mergeValues(Object first, Object second) {
        if (first instanceof Map && second instanceof Map) {
            return merge((Map<String, Object>) first, (Map<String, Object>) second);
        } else if (first instanceof List<?> one && second instanceof List<?> other) {
            Set<Object> all = new LinkedHashSet<>(one);
            all.addAll(other);
            return new ArrayList<>(all);
        }
        return second;
    }

    private static Map<String, Object> tree(String path, Object value) {
        int dot = path.indexOf('.');
        return dot < 0 ? Map.of(path, value) : Map.of(path.substring(0, dot), tree(path.substring(dot + 1), value));
    }

    /** A tree, or a part of one, in YAML's flow style. */
    public static String flow(Object value) {
        if (value instanceof Map<?, ?> map) {
            return map.entrySet().stream()
                    .map(entry -> entry.getKey() + ": " + flow(entry.getValue()))
                    .collect(Collectors.joining(", ", "{", "}"));
        } else if (value instanceof List<?> list) {
            return list.stream().map(PodChange::flow).collect(Collectors.joining(", ", "[", "]"));
        } else if (value instanceof String text && !isPlain(text)) {
            // what JSON has in quotes, YAML has too
            return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
        }
        return String.valueOf(value);
    }

    private static boolean isPlain(String text) {
        return PLAIN.matcher(text).matches() && !WORDS.contains(text.toLowerCase(Locale.ROOT));
    }
}
