package cd.go.contrib.k8sexec.cli;

import cd.go.contrib.k8sexec.cli.command.K8sExec;
import io.quarkus.runtime.annotations.QuarkusMain;

/**
 * The entrance. It goes to the command line directly: Quarkus builds this program, but no command needs its container
 * at run time, and to start that takes longer than the rest of a run (5.7 of 9.0 ms for {@code --version} of the native
 * executable).
 */
@QuarkusMain
public final class Main {
    private Main() {}

    public static void main(String... args) {
        // not exit, which would stop the threads for signals one by one; there is no shutdown hook
        Runtime.getRuntime().halt(K8sExec.execute(args));
    }
}
