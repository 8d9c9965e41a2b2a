import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * Run by mvnw: java FetchMaven.java URL ZIP SHA512 FOLDER. Downloads ZIP if it is not there yet, checks it and unpacks
 * it into FOLDER. A JDK is what Maven needs anyway: so nothing else has to be installed.
 */
public class FetchMaven {
    public static void main(String[] arguments) throws Exception {
        Path zip = Path.of(arguments[1]);
        try {
            if (Files.notExists(zip)) {
                download(URI.create(arguments[0]), zip);
            }
        } catch (IOException | IllegalArgumentException e) {
            fail("could not download " + arguments[0] + ": " + e);
        }
        String actual = sha512(zip);
        if (!actual.equals(arguments[2])) {
            fail(arguments[0] + " has the SHA-512 " + actual + ", but .mvn/wrapper/maven-wrapper.properties pins "
                    + arguments[2]);
        }
        unpack(zip, Path.of(arguments[3]));
    }

    private static void download(URI uri, Path zip) throws IOException {
        URLConnection connection = uri.toURL().openConnection();
        String user = System.getenv("MVNW_USERNAME");
        if (user != null && !user.isEmpty()) {
            String credentials = user + ":" + System.getenv("MVNW_PASSWORD");
            connection.setRequestProperty("Authorization", "Basic "
                    + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8)));
        }
        try (InputStream in = connection.getInputStream()) {
            Files.copy(in, zip);
        }
    }

    private static String sha512(Path file) throws Exception {
        StringBuilder text = new StringBuilder();
        for (byte octet : MessageDigest.getInstance("SHA-512").digest(Files.readAllBytes(file))) {
            text.append(String.format("%02x", octet));
        }
        return text.toString();
    }

    /** The zip is the pinned one: no entry leads out of the folder. */
    private static void unpack(Path zip, Path folder) throws IOException {
        try (ZipInputStream in = new ZipInputStream(Files.newInputStream(zip))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                Path file = folder.resolve(entry.getName());
                if (entry.isDirectory()) {
                    Files.createDirectories(file);
                } else {
                    Files.createDirectories(file.getParent());
                    Files.copy(in, file);
                }
            }
        }
    }

    private static void fail(String message) {
        System.err.println("mvnw: " + message);
        System.exit(1);
    }
}
