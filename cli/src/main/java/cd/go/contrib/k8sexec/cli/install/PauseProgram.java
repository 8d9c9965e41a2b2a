package cd.go.contrib.k8sexec.cli.install;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import java.util.ServiceLoader;

/**
 * The relay (src-native/c/relay), which the native executable carries within itself; started under the name pause, it only waits and reaps.
 */
public interface PauseProgram {

    /** The native executable's own, or else {@link Jvm}; chosen while the image is built, as a static field's value. */
    PauseProgram DEFAULT = System.getProperty("org.graalvm.nativeimage.imagecode") == null
            ? new Jvm()
            : ServiceLoader.load(PauseProgram.class).findFirst().orElseGet(Jvm::new);

    /**
     * The executable file.
     *
     * @throws K8sExecException NATIVE_ONLY
     */
    byte[] file();

    /**
     * Becomes this program, under the process id that this process has. Returns only by an error.
     *
     * @throws K8sExecException NATIVE_ONLY or PAUSE_FAILED
     */
    void become();

    /** The JVM build: it is not one file that could be put elsewhere, and far from small while it waits. */
    final class Jvm implements PauseProgram {
        @Override
        public byte[] file() {
            throw nativeOnly();
        }

        @Override
        public void become() {
            throw nativeOnly();
        }

        private static K8sExecException nativeOnly() {
            return new K8sExecException(
                    ErrorId.NATIVE_ONLY,
                    "this is the JVM build of k8s-exec",
                    "which is not one file and has no pause and no relay in it",
                    "use the native executable (k8s-exec --version says which one it is)");
        }
    }
}
