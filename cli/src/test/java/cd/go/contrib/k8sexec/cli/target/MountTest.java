package cd.go.contrib.k8sexec.cli.target;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MountTest {
    private static final List<Mount> MOUNTS = List.of(
                    "20 1 0:50 / / rw,relatime - overlay overlay rw",
                    "21 20 8:1 /pods/1/work /go rw,noexec shared:3 - ext4 /dev/sda rw",
                    "22 21 0:51 / /go/a\\040b ro - tmpfs tmpfs rw,size=1m")
            .stream()
            .map(Mount::parse)
            .map(Optional::orElseThrow)
            .toList();

    @Test
    void a_path_lies_in_the_mount_that_is_nearest() {
        assertEquals("21", Mount.holding("/go", MOUNTS).orElseThrow().id());
        assertEquals("21", Mount.holding("/go/", MOUNTS).orElseThrow().id());
        assertEquals("20", Mount.holding("/gone", MOUNTS).orElseThrow().id());
        assertEquals("22", Mount.holding("/go/a b/c", MOUNTS).orElseThrow().id());
    }

    @Test
    void a_path_has_a_place_in_the_file_system() {
        assertEquals(
                "/pods/1/work/x", Mount.holding("/go/x", MOUNTS).orElseThrow().inFileSystem("/go/x"));
        assertEquals("/pods/1/work", Mount.holding("/go/", MOUNTS).orElseThrow().inFileSystem("/go/"));
        assertEquals("/etc", Mount.holding("/etc", MOUNTS).orElseThrow().inFileSystem("/etc"));
    }

    @Test
    void the_mounts_and_the_file_systems_options_count() {
        assertEquals(Set.of("rw", "noexec"), MOUNTS.get(1).options());
        assertEquals(Set.of("ro", "rw", "size=1m"), MOUNTS.get(2).options());
        assertEquals(Optional.empty(), Mount.parse("20 1 0:50 / /"));
    }
}
