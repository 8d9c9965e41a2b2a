package cd.go.contrib.k8sexec.cli.launch;

import cd.go.contrib.k8sexec.cli.staging.StagedRun;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;

/** Starts one child process that inherits standard output and error, unless told otherwise. */
public interface Launcher {

    /**
     * The native executable's own, which uses posix_spawn(3) and wait(2) directly, or else the JDK's. Chosen while the image is built,
     * as a static field's value: the service's class is on the class path only then.
     */
    Launcher DEFAULT = System.getProperty("org.graalvm.nativeimage.imagecode") == null
            ? new JvmLauncher(null)
            : ServiceLoader.load(Launcher.class).findFirst().orElseGet(() -> new JvmLauncher(null));

    /** One whose children print into this file instead. */
    Launcher capturing(Path output);

    /** Whether {@link #enter} is worth a try. */
    default boolean canEnter(Plan plan) {
        return false;
    }

    /**
     * Starts the script's shell in the guest straight away: this process's child enters the guest by setns(2), without nsenter and a launching
     * shell. It is an abbreviation, for the usual case: in every other one the long way, by {@link #start}, works too, or tells what is wrong.
     *
     * @return empty where anything failed, and then nothing has happened; or where not {@link #canEnter}
     */
    default Optional<Child> enter(Plan plan, StagedRun staged) {
        return Optional.empty();
    }

    /**
     * Whether {@link #start} gives the child the script as a file of its own, open as {@link LaunchProgram#SCRIPT_DESCRIPTOR}. Else the
     * launching shell has to open it, in a folder where the guest's root user could have swapped it.
     */
    boolean passesScript();

    /**
     * @param command     the first element is an absolute path; all are ASCII
     * @param environment the child's whole environment, in ASCII
     * @param script      used where {@link #passesScript()}
     */
    Child start(List<String> command, Map<String, String> environment, byte[] script) throws IOException;

    /**
     * Replaces this process by the command, which gets this process's standard input, output and error, and the program as its descriptor
     * {@link LaunchProgram#SCRIPT_DESCRIPTOR}. The JDK cannot do that: there it stays as the parent, and only passes on SIGTERM and SIGHUP.
     *
     * @param command     as for {@link #start}
     * @param environment as for {@link #start}
     * @return the command's exit code, or 128+n, where this process stays
     */
    int become(List<String> command, Map<String, String> environment, byte[] program)
            throws IOException, InterruptedException;

    /** The started process. */
    interface Child {
        int pid();

        /** Writes all of it to the child's standard input and closes that. A child that ended early is no error: its exit status tells. */
        void feed(ByteBuffer input);

        /** Waits for its end: its exit code, or 128+n where signal n killed it. */
        Status await() throws InterruptedException;

        /** Whether processes that it started may still be there after its end. */
        boolean mayHaveLeftProcesses();
    }

    /**
     * @param exitCode the exit code, or 128+n
     * @param signal   n where a signal killed the process, else 0; the JDK cannot tell an exit code of 128+n from signal n
     */
    record Status(int exitCode, int signal) {}
}
