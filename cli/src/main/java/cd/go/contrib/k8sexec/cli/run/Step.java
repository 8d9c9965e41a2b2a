package cd.go.contrib.k8sexec.cli.run;

/**
 * What a run does next: a table of states and triggers, and nothing else.
 *
 * @param next   the state that it is in then
 * @param action what is done once
 */
record Step(State next, Action action) {

    enum State {
        /** The script is on its way into the guest. */
        STARTING,
        /** The script runs. */
        RUNNING,
        /** The script has ended; what it started may go on. */
        LOOKING,
        /** All of the run's processes that were there have been told to end (SIGTERM), once. */
        ENDING,
        /** Time is over for them (SIGKILL). */
        KILLING,
        /** The script has failed, and its place stays for a while. */
        HOLDING,
        /** Nothing is left to be done. */
        OVER
    }

    enum Trigger {
        /** The script runs. */
        STARTED,
        /** It could not be started, or the way in was lost. */
        FAILED,
        /** It may go on, but nobody will know how it ends. */
        LOST,
        /** It ended. */
        ENDED,
        /** k8s-exec is told to end. */
        CANCELED,
        /** Somebody at a terminal does not want to wait any longer. */
        HASTE,
        /** The script's time is over. */
        TIMED_OUT,
        /** Something is left of the run that shall not stay. */
        LEFT,
        /** Nothing is left of it that shall not stay. */
        GONE,
        /** As {@link #GONE}, and the script's place shall stay. */
        HELD,
        /** The time in which its place stays is over, or somebody does not need it any more. */
        RESUMED,
        /** The grace period is over. */
        GRACE_OVER,
        /** What SIGKILL has not ended by now hangs in the kernel. */
        HOPELESS
    }

    enum Action {
        NOTHING,
        /** Look what is left: {@link Trigger#LEFT} or {@link Trigger#GONE}. */
        LOOK,
        /** Tell all processes that are there to end, and give them the grace period. */
        TERMINATE,
        /** Tell those that have come meanwhile: nothing of the script has run before. */
        TELL,
        /** Kill all processes, and from now on those that appear. */
        KILL,
        /** Say where the script's place is, and keep it. */
        HOLD
    }

    static Step of(State state, Trigger trigger) {
        return switch (state) {
            case STARTING ->
                switch (trigger) {
                    case STARTED -> new Step(State.RUNNING, Action.NOTHING);
                    case FAILED -> new Step(State.OVER, Action.NOTHING);
                    case ENDED -> new Step(State.LOOKING, Action.LOOK);
                    case CANCELED, TIMED_OUT, LOST -> new Step(State.ENDING, Action.TERMINATE);
                    default -> stay(state);
                };
            case RUNNING ->
                switch (trigger) {
                    case FAILED -> new Step(State.OVER, Action.NOTHING);
                    case ENDED -> new Step(State.LOOKING, Action.LOOK);
                    case CANCELED, TIMED_OUT, LOST -> new Step(State.ENDING, Action.TERMINATE);
                    default -> stay(state);
                };
            case LOOKING ->
                switch (trigger) {
                    case CANCELED, LEFT -> new Step(State.ENDING, Action.TERMINATE);
                    case GONE -> new Step(State.OVER, Action.NOTHING);
                    case HELD -> new Step(State.HOLDING, Action.HOLD);
                    default -> stay(state);
                };
            case ENDING ->
                switch (trigger) {
                    case STARTED -> new Step(State.ENDING, Action.TELL);
                    case HASTE, GRACE_OVER -> new Step(State.KILLING, Action.KILL);
                    case GONE -> new Step(State.OVER, Action.NOTHING);
                    case HELD -> new Step(State.HOLDING, Action.HOLD);
                    default -> stay(state);
                };
            case KILLING ->
                switch (trigger) {
                    case GONE, HOPELESS -> new Step(State.OVER, Action.NOTHING);
                    case HELD -> new Step(State.HOLDING, Action.HOLD);
                    default -> stay(state);
                };
            case HOLDING ->
                switch (trigger) {
                    case CANCELED, RESUMED -> new Step(State.OVER, Action.NOTHING);
                    default -> stay(state);
                };
            case OVER -> stay(state);
        };
    }

    private static Step stay(State state) {
        return new Step(state, Action.NOTHING);
    }
}
