package cd.go.contrib.k8sexec.cli.target;

import cd.go.contrib.k8sexec.cli.platform.ByteString;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** By what a process is known to belong to another. */
public final class Kinship {
    /** Bytes that are read at once: an environment may be large. */
    private static final int CHUNK = 8192;

    private Kinship() {}

    /**
     * The processes whose parent is this one. Some may be missed while others end; but there is none only if it had
     * none at that moment (proc_pid_task_tid_children(5)).
     *
     * @return empty if the kernel does not say (CONFIG_PROC_CHILDREN), or the process is gone
     */
    public static Optional<List<Integer>> children(ProcFs proc, int pid) {
        String[] threads = proc.file(pid, "task").toFile().list();
        List<Integer> children = new ArrayList<>();
        boolean told = false;
        for (String thread : threads == null ? new String[0] : threads) {
            Optional<byte[]> list = proc.read(pid, "task/" + thread + "/children");
            told |= list.isPresent();
            for (String child : new String(list.orElse(new byte[0]), StandardCharsets.US_ASCII).split(" ")) {
                if (!child.isEmpty()) {
                    children.add(Integer.parseInt(child));
                }
            }
        }
        return told ? Optional.of(children) : Optional.empty();
    }

    /**
     * The value of a variable of a process's environment, as a byte string. No more is read than it takes.
     *
     * @return empty if there is none, the process is gone, or this process may not look
     */
    public static Optional<String> variable(ProcFs proc, int pid, String name) {
        String start = "\0" + name + "=";
        String read = "\0";
        byte[] chunk = new byte[CHUNK];
        try (InputStream in = new FileInputStream(proc.root() + "/" + pid + "/environ")) {
            for (int count = in.read(chunk); count > 0 && read.length() <= CHUNK; count = in.read(chunk)) {
                read += ByteString.of(Arrays.copyOf(chunk, count));
                int found = read.indexOf(start);
                int end = found < 0 ? -1 : read.indexOf('\0', found + 1);
                if (end >= 0) {
                    return Optional.of(read.substring(found + start.length(), end));
                }
                read = read.substring(found < 0 ? Math.max(0, read.length() - start.length()) : found);
            }
        } catch (IOException e) {
            // as if it had none
        }
        return Optional.empty();
    }
}
