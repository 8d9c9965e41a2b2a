package cd.go.contrib.k8sexec.cli.staging;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names one run: its folder in the shared volume, and the value of K8S_EXEC_RUN_ID in the environment of its processes.
 * It says who owns the run, so that what a killed k8s-exec left behind can be told from a run that goes on, and ends in
 * 128 random bits, so that nobody in the guest can name the folder beforehand.
 *
 * @param text             {@code PID-NAMESPACE_PID_START_RANDOM}, in letters, digits and underscores
 * @param pidNamespace     the inode number of the owner's PID namespace; process ids of another one say nothing here
 * @param owner            process id of the k8s-exec that made it
 * @param ownerStartTicks  its start, in clock ticks after the machine's start
 */
public record RunId(String text, String pidNamespace, int owner, long ownerStartTicks) {
    /** Marks the processes of a run in their environment. */
    public static final String VARIABLE = "K8S_EXEC_RUN_ID";

    private static final Pattern NOT_A_DIGIT = Pattern.compile("\\D");
    private static final Pattern FORM = Pattern.compile("(\\d{1,20})_(\\d{1,10})_(\\d{1,19})_[0-9a-f]{32}");

    public static RunId create(String pidNamespace, int owner, long ownerStartTicks) {
        String number = NOT_A_DIGIT.matcher(pidNamespace).replaceAll("");
        String text =
                String.join("_", number, String.valueOf(owner), String.valueOf(ownerStartTicks), RandomName.create());
        return new RunId(text, number, owner, ownerStartTicks);
    }

    /** The run that a folder is named after, or empty where it is not one of ours. */
    public static Optional<RunId> parse(String folder) {
        Matcher matcher = FORM.matcher(folder);
        try {
            return matcher.matches()
                    ? Optional.of(new RunId(
                            folder,
                            matcher.group(1),
                            Integer.parseInt(matcher.group(2)),
                            Long.parseLong(matcher.group(3))))
                    : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
