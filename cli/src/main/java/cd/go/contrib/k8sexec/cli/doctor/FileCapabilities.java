package cd.go.contrib.k8sexec.cli.doctor;

import cd.go.contrib.k8sexec.cli.platform.Platform;
import cd.go.contrib.k8sexec.cli.target.Capability;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The capabilities that a program's file gives whoever runs it (capabilities(7), "File capabilities").
 *
 * @param effective whether they are in force from the start; nsenter does not switch them on itself
 */
public record FileCapabilities(Set<Capability> permitted, Set<Capability> inheritable, boolean effective) {
    public static final FileCapabilities NONE = new FileCapabilities(Set.of(), Set.of(), false);

    private static final int EFFECTIVE = 1;

    /** Those of a program; empty if they cannot be found out. */
    static Optional<FileCapabilities> of(Path program) {
        return Platform.CURRENT
                .attribute(program, "security.capability")
                .map(attribute -> attribute.length == 0 ? NONE : parse(attribute))
                .or(() -> byGetcap(program.toString()));
    }

    private static Optional<FileCapabilities> byGetcap(String program) {
        return AgentProgram.run("/usr/sbin/getcap", "--", program)
                .or(() -> AgentProgram.run("/sbin/getcap", "--", program))
                .filter(AgentProgram.Output::succeeded)
                .map(output -> parse(output.text().replace(program, "")));
    }

    /** @param attribute the extended attribute security.capability: struct vfs_cap_data of linux/capability.h */
    public static FileCapabilities parse(byte[] attribute) {
        ByteBuffer words = ByteBuffer.wrap(attribute).order(ByteOrder.LITTLE_ENDIAN);
        boolean effective = (words.getInt() & EFFECTIVE) != 0;
        long permitted = 0;
        long inheritable = 0;
        for (int shift = 0; shift < Long.SIZE && words.remaining() >= 2 * Integer.BYTES; shift += Integer.SIZE) {
            permitted |= Integer.toUnsignedLong(words.getInt()) << shift;
            inheritable |= Integer.toUnsignedLong(words.getInt()) << shift;
        }
        return new FileCapabilities(Capability.of(permitted), Capability.of(inheritable), effective);
    }

    /** @param text as getcap(8) prints it, like "cap_sys_chroot,cap_sys_admin=ep" */
    static FileCapabilities parse(String text) {
        Set<Capability> permitted = EnumSet.noneOf(Capability.class);
        Set<Capability> inheritable = EnumSet.noneOf(Capability.class);
        boolean effective = false;
        for (String clause : text.strip().split("\\s+")) {
            String[] parts = clause.split("[=+]", 2);
            if (parts.length == 2) {
                for (String name : parts[0].split(",")) {
                    for (Capability capability : Capability.values()) {
                        if (name.equals("cap_" + capability.name().toLowerCase(Locale.ROOT))) {
                            if (parts[1].contains("p")) {
                                permitted.add(capability);
                            }
                            if (parts[1].contains("i")) {
                                inheritable.add(capability);
                            }
                        }
                    }
                }
                effective |= parts[1].contains("e");
            }
        }
        return new FileCapabilities(permitted, inheritable, effective);
    }
}
