package cd.go.contrib.k8sexec.cli.platform;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.graalvm.word.WordFactory;

/**
 * The memory that this process takes while it waits, for hours perhaps, in a container whose limit the script shares.
 */
final class ResidentMemory {
    private ResidentMemory() {
    }

    /**
     * Gives back the pages of the executable that this process cannot have changed, its code and the constant part of
     * the image's heap, most of which are needed once: what is needed again comes back from the file by itself.
     */
    static void release() {
        try (BufferedReader lines = Files.newBufferedReader(Path.of("/proc/self/smaps"))) {
            String mapping = "";
            boolean changed = false;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                // a head, which begins with an address, and what is known of that mapping, the flags last
                // (proc_pid_smaps(5))
                if (line.startsWith("Anonymous:") || line.startsWith("Swap:")) {
                    changed |= !line.endsWith(" 0 kB");
                } else if (line.startsWith("VmFlags:") && !changed) {
                    release(mapping.split(" +", 6));
                } else if (!Character.isUpperCase(line.charAt(0))) {
                    mapping = line;
                    changed = false;
                }
            }
        } catch (IOException e) {
            // then it takes a little more
        }
    }

    /**
     * Some kinds of executable write to their data before they make it read-only: then the file does not have what is
     * in memory.
     *
     * @param mapping of which the file has all: address range, permissions, offset, device, inode
     */
    private static void release(String[] mapping) {
        if (mapping[1].startsWith("r-") && !mapping[4].equals("0")) {
            int dash = mapping[0].indexOf('-');
            long start = Long.parseUnsignedLong(mapping[0], 0, dash, 16);
            long end = Long.parseUnsignedLong(mapping[0], dash + 1, mapping[0].length(), 16);
            Libc.madvise(WordFactory.pointer(start), WordFactory.unsigned(end - start), Libc.MADV_DONTNEED);
        }
    }
}
