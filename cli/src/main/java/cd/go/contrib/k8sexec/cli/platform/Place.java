package cd.go.contrib.k8sexec.cli.platform;

import java.nio.file.Path;
import java.util.Optional;

/**
 * A directory.
 *
 * @param path as the program sees it, as a byte string
 * @param same what it has to be, as this process sees it, by device and inode; empty or not there: whatever lies at the
 *             path
 */
public record Place(String path, Optional<Path> same) {}
