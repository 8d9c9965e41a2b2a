package cd.go.contrib.k8sexec.cli.staging;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
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
            throw new UncheckedIOException(e);
        }
    }
}
