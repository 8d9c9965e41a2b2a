package cd.go.contrib.k8sexec.cli.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import cd.go.contrib.k8sexec.cli.target.Capability;
import java.util.HexFormat;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileCapabilitiesTest {
    private static final Set<Capability> THREE =
            Set.of(Capability.SYS_CHROOT, Capability.SYS_PTRACE, Capability.SYS_ADMIN);

    @Test
    void the_extended_attribute_is_that_of_the_kernel() {
        // as setcap cap_sys_chroot,cap_sys_ptrace,cap_sys_admin+ep writes it, in revision 2 and, with a root user of
        // its own, 3
        assertEquals(
                new FileCapabilities(THREE, Set.of(), true),
                FileCapabilities.parse(HexFormat.of().parseHex("0100000200002c000000000000000000" + "00000000")));
        assertEquals(
                new FileCapabilities(THREE, Set.of(), true),
                FileCapabilities.parse(
                        HexFormat.of().parseHex("0100000300002c00000000000000000000000000" + "e8030000")));
        assertEquals(
                new FileCapabilities(Set.of(Capability.CHECKPOINT_RESTORE), Set.of(Capability.CHOWN), false),
                FileCapabilities.parse(HexFormat.of().parseHex("0000000200000000010000000001000000000000")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                " cap_sys_chroot,cap_sys_ptrace,cap_sys_admin=ep\n",
                " = cap_sys_chroot,cap_sys_ptrace,cap_sys_admin+ep\n"
            })
    void what_getcap_prints_is_understood_in_both_of_its_forms(String text) {
        assertEquals(new FileCapabilities(THREE, Set.of(), true), FileCapabilities.parse(text));
    }

    @Test
    void a_file_without_has_none() {
        assertEquals(FileCapabilities.NONE, FileCapabilities.parse(""));
    }
}
