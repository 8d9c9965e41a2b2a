package cd.go.contrib.k8sexec.cli.doctor;

import cd.go.contrib.k8sexec.cli.libc.Libc;
import java.nio.file.Path;
import java.util.Optional;
import org.graalvm.nativeimage.UnmanagedMemory;
import org.graalvm.nativeimage.c.type.CCharPointer;
import org.graalvm.word.WordFactory;

/** By getxattr(2), for the native executable. */
public final class XattrFileCapabilityReader implements FileCapabilityReader {
    /** More than struct vfs_ns_cap_data, the longest of its kind, takes. */
    private static final int LONGEST = 64;

    @Override
    public Optional<FileCapabilities> read(Path program) {
        CCharPointer value = UnmanagedMemory.calloc(LONGEST);
        long length = Libc.getXattr(Libc.string(program.toString()), Libc.string("security.capability"), value, WordFactory.unsigned(LONGEST)).rawValue();
        if (length < 0) {
            return Libc.errno() == Libc.ENODATA || Libc.errno() == Libc.EOPNOTSUPP ? Optional.of(FileCapabilities.NONE) : Optional.empty();
        }
        byte[] attribute = new byte[(int) length];
        for (int i = 0; i < attribute.length; i++) {
            attribute[i] = value.read(i);
        }
        return Optional.of(FileCapabilities.parse(attribute));
    }
}
