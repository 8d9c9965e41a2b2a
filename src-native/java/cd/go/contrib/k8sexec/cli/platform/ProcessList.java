package cd.go.contrib.k8sexec.cli.platform;

import java.nio.file.Path;
import org.graalvm.nativeimage.UnmanagedMemory;
import org.graalvm.nativeimage.c.type.CIntPointer;

/** By src-native/c/processes.h. */
final class ProcessList {
    /** Processes for which there is room at first. */
    private static final int MANY = 1024;

    private ProcessList() {
    }

    /** As {@link Platform#processes}. */
    static int[] of(Path procfs, boolean parentless) {
        int room = MANY;
        while (true) {
            CIntPointer numbers = UnmanagedMemory.malloc(room * Integer.BYTES);
            int count = Core.processes(Libc.string(ByteString.of(procfs)), parentless ? 1 : 0, numbers, room);
            int[] processes = new int[Math.max(0, Math.min(count, room))];
            for (int i = 0; i < processes.length; i++) {
                processes[i] = numbers.read(i);
            }
            UnmanagedMemory.free(numbers);
            if (count <= room) {
                return processes;
            }
            room = 2 * count;
        }
    }
}
