package cd.go.contrib.k8sexec.cli.launch;

import cd.go.contrib.k8sexec.cli.libc.Libc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.graalvm.word.WordFactory;

/** The memory that this process takes while it waits, for hours perhaps, in a container whose limit the script shares. */
final class ResidentMemory {
    private ResidentMemory() {
    }

    /**
     * Gives back the pages of the executable's code, most of which ran once: what is needed again comes back from the file by itself. (Not those
     * of its data: some kinds of executable write to them before they make them read-only.)
     */
    static void release() {
        try {
            for (String mapping : Files.readAllLines(Path.of("/proc/self/maps"))) {
                // address range, permissions, offset, device, inode (proc_pid_maps(5))
                String[] fields = mapping.split(" +", 6);
                if (fields.length > 4 && fields[1].equals("r-xp") && !fields[4].equals("0")) {
                    int dash = fields[0].indexOf('-');
                    long start = Long.parseUnsignedLong(fields[0], 0, dash, 16);
                    long end = Long.parseUnsignedLong(fields[0], dash + 1, fields[0].length(), 16);
                    Libc.madvise(WordFactory.pointer(start), WordFactory.unsigned(end - start), Libc.MADV_DONTNEED);
                }
            }
        } catch (IOException e) {
            // then it takes a little more
        }
    }
}
