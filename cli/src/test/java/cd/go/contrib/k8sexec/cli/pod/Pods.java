package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * As a JUnit extension: a Pod for each image of the guest, for all tests of a class. No test may leave anything in a
 * shared folder.
 */
final class Pods implements BeforeAllCallback, AfterEachCallback, AfterAllCallback {
    private final String profile;
    private final Map<String, Pod> pods = new LinkedHashMap<>();

    /** @param profile commands before each guest's main process, in ISO 8859-1, so that bytes can be in them */
    Pods(String profile) {
        this.profile = profile;
    }

    Pod get(String image) {
        return pods.get(image);
    }

    Iterable<Pod> all() {
        return pods.values();
    }

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        Path file = Files.createTempFile("profile", "");
        try {
            Files.writeString(file, profile, StandardCharsets.ISO_8859_1);
            for (String image : List.of("debian", "busybox")) {
                pods.put(image, Pod.up("GUEST_IMAGE=" + image, "GUEST_PROFILE=" + file));
            }
        } finally {
            Files.delete(file);
        }
    }

    @Override
    public void afterEach(ExtensionContext context) {
        pods.forEach((image, pod) -> assertEquals(List.of(), pod.sharedFiles(), "left in the shared folder"));
    }

    @Override
    public void afterAll(ExtensionContext context) {
        pods.values().forEach(Pod::close);
        pods.clear();
    }
}
