package cd.go.contrib.k8sexec.cli.run;

import cd.go.contrib.k8sexec.cli.platform.Identity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whose the pipes are at this process's standard output and error. Who opens /dev/stdout opens the pipe again, and has
 * to be its owner, for it has mode 0600 (pipe(7)): so the script's user has it as long as the script runs.
 */
record OutputOwner(Map<Path, Integer> before) {
    private static final List<Path> OUTPUT = List.of(Path.of("/proc/self/fd/1"), Path.of("/proc/self/fd/2"));
    /** S_IFMT and S_IFIFO (inode(7)). */
    private static final int KIND = 0170000;

    private static final int PIPE = 0010000;

    /** @param script who it is given to, if that is another user; if that is refused, all stays as it was */
    static OutputOwner give(Optional<Identity> script) {
        Map<Path, Integer> before = new LinkedHashMap<>();
        script.ifPresent(user -> OUTPUT.forEach(output -> give(output, (int) user.uid(), before)));
        return new OutputOwner(before);
    }

    private static void give(Path output, int uid, Map<Path, Integer> before) {
        try {
            Map<String, Object> is = Files.readAttributes(output, "unix:uid,mode");
            if (((int) is.get("mode") & KIND) == PIPE && !is.get("uid").equals(uid)) {
                Files.setAttribute(output, "unix:uid", uid);
                before.put(output, (Integer) is.get("uid"));
            }
        } catch (IOException e) {
            // then the script can write to it, and not open it
        }
    }

    void giveBack() {
        before.forEach((output, uid) -> {
            try {
                Files.setAttribute(output, "unix:uid", uid);
            } catch (IOException e) {
                // the pipe has no other reader than before
            }
        });
    }
}
