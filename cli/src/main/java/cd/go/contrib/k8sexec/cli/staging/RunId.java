package cd.go.contrib.k8sexec.cli.staging;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names one run: its folder in the shared volume, and the value of K8S_EXEC_RUN_ID in the environment of its processes.
 * It says who owns the run, so that what a killed k8s-exec left behind can be told from a run that goes on, and ends in
 * 128 random bits, so that nobody in the guest can name the folder beforehand.
 *
 * @param text             {@code BOOT_POD_PID-NAMESPACE_PID_START_RANDOM}, in letters, digits and underscores. Version
 *                         2.0.0 has neither boot nor Pod, and takes what has them for none of its own
 * @param origin           where the process id means something
 * @param owner            process id of the k8s-exec that made it
 * @param ownerStartTicks  its start, in clock ticks after the machine's start
 */
public record RunId(String text, Origin origin, int owner, long ownerStartTicks) {
    /** Marks the processes of a run in their environment. */
    public static final String VARIABLE = "K8S_EXEC_RUN_ID";

    private static final Pattern FORM =
            Pattern.compile("(?:([0-9a-f]{1,32})_([0-9a-f]{1,32})_)?(\\d{1,20})_(\\d{1,10})_(\\d{1,19})_[0-9a-f]{32}");

    public static RunId create(Origin origin, int owner, long ownerStartTicks) {
        String text = String.join(
                "_",
                origin.boot(),
                origin.pod(),
                origin.pidNamespace(),
                String.valueOf(owner),
                String.valueOf(ownerStartTicks),
                RandomName.create());
        return new RunId(text, origin, owner, ownerStartTicks);
    }

    /** The run of this name, or empty if it is not one of ours. */
    public static Optional<RunId> parse(String text) {
        Matcher matcher = FORM.matcher(text);
        try {
            return matcher.matches()
                    ? Optional.of(new RunId(
                            text,
                            new Origin(known(matcher.group(1)), known(matcher.group(2)), matcher.group(3)),
                            Integer.parseInt(matcher.group(4)),
                            Long.parseLong(matcher.group(5))))
                    : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static String known(String part) {
        return part == null ? Origin.UNKNOWN : part;
    }
}
