package cd.go.contrib.k8sexec.cli.platform;

/** What a process is to become. */
public record Program(Command command, Streams streams, Setting setting) {}
