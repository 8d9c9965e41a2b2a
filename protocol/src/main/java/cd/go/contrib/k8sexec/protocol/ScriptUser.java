package cd.go.contrib.k8sexec.protocol;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who the script runs as, as a task or a setting names it: the agent's user, that of the guest's main process, or
 * numbers.
 */
public final class ScriptUser {
    public static final ScriptUser AGENT = new ScriptUser(-1, -1);
    public static final ScriptUser TARGET = new ScriptUser(-1, -1);

    /** 2³²-1 means "no change" to the kernel (chown(2)). */
    private static final long LARGEST = 0xffff_fffeL;

    private static final Pattern NUMBERS = Pattern.compile("(\\d{1,10}):(\\d{1,10})");

    private final long uid;
    private final long gid;

    private ScriptUser(long uid, long gid) {
        this.uid = uid;
        this.gid = gid;
    }

    /** {@code agent}, {@code target}, or {@code UID:GID}. Blanks around it do not count. */
    public static ScriptUser parse(String text) throws InvalidValue {
        switch (text.strip()) {
            case "agent":
                return AGENT;
            case "target":
                return TARGET;
            default:
                return ofNumbers(text.strip());
        }
    }

    private static ScriptUser ofNumbers(String text) throws InvalidValue {
        Matcher numbers = NUMBERS.matcher(text);
        if (numbers.matches()) {
            ScriptUser user = new ScriptUser(Long.parseLong(numbers.group(1)), Long.parseLong(numbers.group(2)));
            if (user.uid <= LARGEST && user.gid <= LARGEST) {
                return user;
            }
        }
        throw new InvalidValue(
                "names no user", "use agent, target or UID:GID in numbers of at most " + LARGEST + ", like 1000:1000");
    }

    /** Of {@code UID:GID} only. */
    public long uid() {
        return uid;
    }

    /** Of {@code UID:GID} only. */
    public long gid() {
        return gid;
    }
}
