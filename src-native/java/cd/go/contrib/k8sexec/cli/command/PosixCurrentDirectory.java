package cd.go.contrib.k8sexec.cli.command;

import cd.go.contrib.k8sexec.cli.libc.Libc;
import org.graalvm.nativeimage.StackValue;
import org.graalvm.nativeimage.c.type.CCharPointer;
import org.graalvm.nativeimage.c.type.CTypeConversion;
import org.graalvm.word.WordFactory;

/** By getcwd(3) and chdir(2), for the native executable. */
public final class PosixCurrentDirectory implements CurrentDirectory {
    /** PATH_MAX in linux/limits.h. */
    private static final int LONGEST_PATH = 4096;

    @Override
    public void leaveIfDeleted() {
        CCharPointer path = StackValue.get(LONGEST_PATH);
        if (Libc.getcwd(path, WordFactory.unsigned(LONGEST_PATH)).isNull() && Libc.errno() == Libc.ENOENT) {
            try (CTypeConversion.CCharPointerHolder elsewhere = CTypeConversion.toCString("/proc")) {
                Libc.chdir(elsewhere.get());
            }
        }
    }
}
