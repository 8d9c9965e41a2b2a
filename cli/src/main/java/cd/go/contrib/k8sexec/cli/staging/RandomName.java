package cd.go.contrib.k8sexec.cli.staging;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HexFormat;

/**
 * Names that nobody can guess, of the kernel's own random bits: what java.security.SecureRandom, and with it
 * UUID.randomUUID and Files.createTempFile, read too, whose providers would bring cryptography and HTTP into the native
 * executable.
 */
public final class RandomName {
    private static final int BYTES = 16;

    private RandomName() {}

    /** 128 bits as hexadecimal digits. */
    public static String create() {
        try (InputStream random = new FileInputStream("/dev/urandom")) {
            return HexFormat.of().formatHex(random.readNBytes(BYTES));
        } catch (IOException e) {
            throw new K8sExecException(
                    ErrorId.STAGING_FAILED,
                    "/dev/urandom cannot be read (" + K8sExecException.reason(e) + ")",
                    "so no folder can have a name that nobody guesses",
                    "look what is mounted on /dev in the agent container: every container runtime puts it there");
        }
    }
}
