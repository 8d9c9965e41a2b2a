package cd.go.contrib.k8sexec.cli.platform;

import java.io.Closeable;

/** A file or directory that stays open until it is closed, and its file descriptor, which the JDK keeps to itself. */
public interface Opened extends Closeable {
    int descriptor();
}
