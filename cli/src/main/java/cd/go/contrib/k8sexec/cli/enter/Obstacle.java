package cd.go.contrib.k8sexec.cli.enter;

import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;

/** Why a program does not start in a guest that could be entered. */
public enum Obstacle {
    /** The guest does not see the shared volume where it should, or may not write to it. */
    NO_VOLUME,
    /** The guest cannot change to the directory. */
    NO_DIRECTORY,
    /** The program cannot open its script: the guest has something else on /proc than its processes. */
    NO_SCRIPT,
    /** The program is not there. */
    NO_PROGRAM,
    /** The program cannot be run. */
    PROGRAM_FAILED;

    /** Puts it into the words of whoever wanted to start the program. */
    public interface Words {
        /** @param reason why, as the system says it: what was printed before, or its error's text */
        K8sExecException of(Obstacle obstacle, String reason);
    }

    /** In the place of a reason, if the guest's sh or nsenter has printed it. */
    public static final String ABOVE = "for the reason in the line above";
}
