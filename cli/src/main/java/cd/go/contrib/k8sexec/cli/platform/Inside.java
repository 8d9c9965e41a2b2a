package cd.go.contrib.k8sexec.cli.platform;

import java.util.List;
import java.util.Optional;

/**
 * What is entered of a guest for a program that starts there.
 *
 * @param namespaces by setns(2)
 * @param root       a directory that becomes the program's root, by chroot(2); then no namespace is entered
 */
public record Inside(List<OpenNamespace> namespaces, Optional<Opened> root) {
    /** Nothing: the program starts where this process is. */
    public static final Inside HERE = new Inside(List.of(), Optional.empty());

    public static Inside namespaces(List<OpenNamespace> namespaces) {
        return new Inside(namespaces, Optional.empty());
    }

    public static Inside root(Opened directory) {
        return new Inside(List.of(), Optional.of(directory));
    }
}
