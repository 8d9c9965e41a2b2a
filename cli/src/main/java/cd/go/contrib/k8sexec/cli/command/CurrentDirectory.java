package cd.go.contrib.k8sexec.cli.command;

import java.util.ServiceLoader;

/** The directory that this process was started in. */
public interface CurrentDirectory {

    /** The native executable's own, or else nothing; chosen while the image is built, as a static field's value. */
    CurrentDirectory DEFAULT = System.getProperty("org.graalvm.nativeimage.imagecode") == null
            ? () -> {}
            : ServiceLoader.load(CurrentDirectory.class).findFirst().orElse(() -> {});

    /**
     * Where somebody has deleted it, Java opens no file, not even by an absolute path. Changes to /proc then, where nothing can be made that
     * a relative path names.
     */
    void leaveIfDeleted();
}
