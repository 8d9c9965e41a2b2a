package cd.go.contrib.k8sexec.cli.command;

import java.util.ServiceLoader;

/** How wide the terminal at standard output is, which the JDK cannot tell. */
public interface WindowSize {

    /** The native executable's own, which uses ioctl(2), or else nothing; chosen while the image is built, as a static field's value. */
    WindowSize DEFAULT = System.getProperty("org.graalvm.nativeimage.imagecode") == null
            ? () -> 0
            : ServiceLoader.load(WindowSize.class).findFirst().orElse(() -> 0);

    /** 0 where it is not known. */
    int columns();
}
