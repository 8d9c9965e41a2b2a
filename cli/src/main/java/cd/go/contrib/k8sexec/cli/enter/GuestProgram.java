package cd.go.contrib.k8sexec.cli.enter;

import cd.go.contrib.k8sexec.cli.platform.Place;
import cd.go.contrib.k8sexec.cli.platform.Streams;
import cd.go.contrib.k8sexec.cli.staging.RunId;
import cd.go.contrib.k8sexec.cli.target.Target;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A program that is to run in the guest, whatever the way in. All texts but the warnings are byte strings.
 *
 * @param guest           as this way has found it
 * @param environment     its environment
 * @param run             whose mark it gets in its environment
 * @param runFolder       the run's folder on the shared volume, which the guest has to see; empty: the program needs no
 *                        volume
 * @param directory       where it starts
 * @param elsewhere       the warning with which it starts in / if the guest does not have that; empty: that is an
 *                        error
 * @param choice          commands and their arguments: the first whose program is there, or else the last
 * @param needed          a program that has to be there too, or empty
 * @param warnings        for people, told once the guest has been entered
 * @param words           explains what keeps it from starting
 * @param grace           from SIGTERM to SIGKILL, if this process has ended before it
 */
public record GuestProgram(
        Guest guest,
        User user,
        ScriptEnvironment environment,
        Optional<RunId> run,
        Optional<Place> runFolder,
        Place directory,
        Optional<String> elsewhere,
        List<List<String>> choice,
        Optional<String> needed,
        Streams streams,
        List<String> warnings,
        Obstacle.Words words,
        Duration grace) {

    /** The guest, for a way that goes by /proc. */
    Target target() {
        return ((ProcGuest) guest).target();
    }

    /** Whether it is a run's script, which leads a session, and not what somebody runs beside it at a terminal. */
    boolean isScript() {
        return runFolder.isPresent();
    }

    /** Where the program can be: along its PATH, unless it has a slash in its name. */
    List<String> paths() {
        return choice.stream().flatMap(words -> paths(words.get(0)).stream()).toList();
    }

    List<String> neededPaths() {
        return needed.map(this::paths).orElse(List.of());
    }

    private List<String> paths(String program) {
        return program.contains("/")
                ? List.of(program)
                : environment.path().stream()
                        .map(folder -> folder + "/" + program)
                        .toList();
    }

    /** The arguments with the program's own name, which is empty if it depends on which one is there (Command). */
    List<String> arguments() {
        return choice.size() == 1 ? choice.get(0) : List.of("");
    }
}
