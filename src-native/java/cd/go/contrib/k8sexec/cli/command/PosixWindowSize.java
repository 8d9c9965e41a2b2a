package cd.go.contrib.k8sexec.cli.command;

import cd.go.contrib.k8sexec.cli.libc.Libc;
import org.graalvm.nativeimage.StackValue;
import org.graalvm.nativeimage.c.type.CShortPointer;

/** By ioctl(2), TIOCGWINSZ (ioctl_tty(2)), for the native executable. */
public final class PosixWindowSize implements WindowSize {

    @Override
    public int columns() {
        // struct winsize: rows, columns, and the same in pixels
        CShortPointer size = StackValue.get(4 * Short.BYTES);
        return Libc.ioctl(1, Libc.TIOCGWINSZ, size) == 0 ? Short.toUnsignedInt(size.read(1)) : 0;
    }
}
