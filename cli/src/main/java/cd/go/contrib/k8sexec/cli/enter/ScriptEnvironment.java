package cd.go.contrib.k8sexec.cli.enter;

import cd.go.contrib.k8sexec.cli.platform.ByteString;
import cd.go.contrib.k8sexec.cli.staging.RunId;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The script's environment: the guest's own, then GoCD's on top.
 *
 * @param variables names and values as byte strings ({@link ByteString}), in the order in which they are set
 * @param guestPath the guest's own PATH, as a byte string
 */
public record ScriptEnvironment(Map<String, String> variables, String guestPath) {
    /** The PATH of a container whose image sets none, as Docker and containerd give it. */
    public static final String DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /**
     * The elastic agent's registration, its auto-register key included, which lets anyone register an agent; and
     * k8s-exec's own settings.
     */
    private static final Pattern NOT_FOR_SCRIPTS = Pattern.compile("(GO_EA_|GO_K8S_|K8S_EXEC).*", Pattern.DOTALL);
    /** Every shell sets them itself: the guest's main process' values say nothing about the script's shell. */
    private static final Set<String> STATE_OF_A_SHELL = Set.of("PWD", "OLDPWD", "SHLVL", "_");

    public ScriptEnvironment {
        variables = Collections.unmodifiableMap(variables);
    }

    /**
     * @param guest NUL-ended "NAME=value" entries, as in /proc/PID/environ; of two with one name the first counts, as
     *              for getenv(3)
     * @param gocd  the request's variables, as byte strings
     */
    public static ScriptEnvironment of(byte[] guest, Map<String, String> gocd) {
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put("PATH", DEFAULT_PATH);
        boolean pathSeen = false;
        for (String entry : ByteString.of(guest).split("\0")) {
            int equals = entry.indexOf('=');
            String name = equals > 0 ? entry.substring(0, equals) : "";
            if (name.equals("PATH") && !pathSeen) {
                pathSeen = true;
                variables.put(name, entry.substring(equals + 1));
            } else if (!name.isEmpty()
                    && !NOT_FOR_SCRIPTS.matcher(name).matches()
                    && !STATE_OF_A_SHELL.contains(name)) {
                variables.putIfAbsent(name, entry.substring(equals + 1));
            }
        }
        String guestPath = variables.get("PATH");
        variables.putAll(gocd);
        return new ScriptEnvironment(variables, guestPath);
    }

    /**
     * With git's setting that lets it work in these folders though they are another user's ("dubious ownership";
     * git-config(1), safe.directory and GIT_CONFIG_COUNT), after what the job sets so itself.
     *
     * @param folders as byte strings
     */
    public ScriptEnvironment trusting(List<String> folders) {
        Map<String, String> all = new LinkedHashMap<>(variables);
        String set = variables.getOrDefault("GIT_CONFIG_COUNT", "0");
        if (!set.matches("\\d{1,4}")) {
            return this;
        }
        int count = Integer.parseInt(set);
        for (String folder : folders) {
            all.put("GIT_CONFIG_KEY_" + count, "safe.directory");
            all.put("GIT_CONFIG_VALUE_" + count, folder);
            count++;
        }
        all.put("GIT_CONFIG_COUNT", String.valueOf(count));
        return new ScriptEnvironment(all, guestPath);
    }

    /** As NUL-ended entries, with what a shell would set in this directory, and with the mark of a run. */
    byte[] entriesIn(String directory, Optional<RunId> run) {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("PWD", directory);
        all.putAll(variables);
        run.ifPresent(id -> all.put(RunId.VARIABLE, id.text()));
        return new ScriptEnvironment(all, guestPath).entries('\0');
    }

    /** The folders of PATH, where programs are looked for; an empty one is the current directory. */
    List<String> path() {
        return Arrays.stream(variables.get("PATH").split(":", -1))
                .map(folder -> folder.isEmpty() ? "." : folder)
                .toList();
    }

    /** The names, for people, in the order of the alphabet. */
    public List<String> names() {
        return variables.keySet().stream().map(ByteString::toText).sorted().toList();
    }

    /** Names and values for what takes text: bytes that are no UTF-8 are replaced. */
    public Map<String, String> texts() {
        Map<String, String> texts = new TreeMap<>();
        variables.forEach((name, value) -> texts.put(ByteString.toText(name), ByteString.toText(value)));
        return texts;
    }

    /** The same, in the order of the names. */
    public ScriptEnvironment sorted() {
        return new ScriptEnvironment(new TreeMap<>(variables), guestPath);
    }

    /** NAME=value entries, byte for byte, each ended by this. */
    public byte[] entries(char end) {
        int size = 0;
        for (Map.Entry<String, String> variable : variables.entrySet()) {
            size += variable.getKey().length() + variable.getValue().length() + "=".length() + 1;
        }
        byte[] entries = new byte[size];
        int place = 0;
        for (Map.Entry<String, String> variable : variables.entrySet()) {
            place = ByteString.copy(variable.getKey(), entries, place);
            entries[place++] = '=';
            place = ByteString.copy(variable.getValue(), entries, place);
            entries[place++] = (byte) end;
        }
        return entries;
    }

    /**
     * Where the launching shell is looked for: the guest's PATH, without what is not ASCII, which Java cannot hand on
     * in every locale.
     */
    String launchPath() {
        StringBuilder path = new StringBuilder();
        for (String folder : guestPath.split(":")) {
            if (folder.startsWith("/") && folder.chars().allMatch(c -> c < 128)) {
                path.append(path.isEmpty() ? "" : ":").append(folder);
            }
        }
        return path.isEmpty() ? DEFAULT_PATH : path.toString();
    }
}
