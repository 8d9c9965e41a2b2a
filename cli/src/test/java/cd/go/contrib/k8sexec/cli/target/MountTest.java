package cd.go.contrib.k8sexec.cli.target;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

    @ParameterizedTest
    @CsvSource({"'', 20 21 22 23", "/pods/, 21 23", "overlay, 20", "nothing, ''"})
    void of_all_lines_those_with_a_text_are_taken_apart(String text, String ids) {
        String lines = String.join(
                "\n",
                "20 1 0:50 / / rw - overlay overlay rw",
                "21 20 8:1 /pods/1/pods/2 /go rw - ext4 /dev/sda rw",
                "22 20 0:51 / /tmp rw - tmpfs tmpfs rw",
                "23 20 8:1 /work /pods/1 rw - ext4 /dev/sda rw");

        for (String end : List.of("", "\n")) {
            assertEquals(
                    ids, Mount.parse(lines + end, text).stream().map(Mount::id).collect(Collectors.joining(" ")));
        }
        assertEquals(List.of(), Mount.parse("", text));
        assertEquals(List.of(), Mount.parse("\n\npods\n/pods/\noverlay", text));
    }

    @Test
    void an_empty_dir_is_one_pods_alone() {
        String uid = "0b7d3c0e-9f6c-4d2e-8a39-1c8f5d3e2b10";
        String folder = "20 1 8:1 /var/lib/kubelet/pods/" + uid + "/volumes/";
        Mount emptyDir = Mount.parse(folder + "kubernetes.io~empty-dir/work /go rw - ext4 /dev/sda rw")
                .orElseThrow();
        Mount claim = Mount.parse(folder + "kubernetes.io~nfs/work /go rw - nfs4 server:/work rw")
                .orElseThrow();

        assertTrue(emptyDir.isEmptyDirOf(uid) && emptyDir.isLocal());
        assertFalse(emptyDir.isEmptyDirOf("other") || claim.isEmptyDirOf(uid) || claim.isLocal());
    }
}
