package cd.go.contrib.k8sexec.cli.platform;

/**
 * How a process ended.
 *
 * @param exitCode the exit code, or 128+n
 * @param signal   n if a signal killed it, else 0; the JDK cannot tell an exit code of 128+n from signal n
 */
public record Status(int exitCode, int signal) {}
