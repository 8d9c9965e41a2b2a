package cd.go.contrib.k8sexec.plugin.run;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.time.Duration;

/** {@code k8s-exec gc}: ends the processes and removes the files that a killed k8s-exec left behind. */
final class LeftoverSweep {

    private final Path executable;
    private final Duration atMost;

    LeftoverSweep(Path executable, Duration atMost) {
        this.executable = executable;
        this.atMost = atMost;
    }

    /** Runs it once; true if it says that all is clean. */
    boolean run() {
        try {
            Process gc = new ProcessBuilder(executable.toString(), "gc")
                    .redirectInput(Redirect.from(new File("/dev/null")))
                    .redirectOutput(Redirect.DISCARD)
                    .redirectError(Redirect.DISCARD)
                    .start();
            boolean ended = Uninterruptibly.await(gc, atMost);
            if (!ended) {
                gc.toHandle().destroyForcibly();
            }
            return ended && gc.exitValue() == 0;
        } catch (IOException e) {
            return false; // the caller tells the user what is left to do
        }
    }
}
