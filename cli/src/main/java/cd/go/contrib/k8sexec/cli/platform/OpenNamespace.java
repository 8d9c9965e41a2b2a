package cd.go.contrib.k8sexec.cli.platform;

/**
 * A namespace that is held open: it is what it was when it was opened, whoever has the process id by now.
 *
 * @param kind as clone(2) has it, like CLONE_NEWNS
 */
public record OpenNamespace(int kind, Opened file) {}
