package cd.go.contrib.k8sexec.cli.staging;

/** A user and a group, by their numbers. */
public record Owner(long uid, long gid) {}
