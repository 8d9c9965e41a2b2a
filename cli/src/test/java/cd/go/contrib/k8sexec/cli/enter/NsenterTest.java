package cd.go.contrib.k8sexec.cli.enter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Needs(Need.EXECUTABLE_TMP)
class NsenterTest {
    @TempDir
    Path folder;

    @Test
    void an_agent_that_is_not_root_takes_the_nsenter_with_file_capabilities_where_the_image_has_one()
            throws IOException {
        Path common = program("bin");
        Path privileged = program("libexec");

        assertEquals(
                privileged,
                Nsenter.find(common.getParent().toString(), false, privileged).program());
        assertEquals(
                common,
                Nsenter.find(common.getParent().toString(), false, folder.resolve("none"))
                        .program());
    }

    @Test
    void root_takes_the_nsenter_along_the_path() throws IOException {
        Path common = program("bin");

        assertEquals(
                common,
                Nsenter.find("/no/such/folder:" + common.getParent(), true, program("libexec"))
                        .program());
    }

    private Path program(String directory) throws IOException {
        Path program = Files.createDirectory(folder.resolve(directory)).resolve("nsenter");
        return Files.createFile(
                program, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-x---")));
    }
}
