package cd.go.contrib.k8sexec.cli.staging;

/** A user and a group, by their numbers. */
public record Owner(int uid, int gid) {
}
