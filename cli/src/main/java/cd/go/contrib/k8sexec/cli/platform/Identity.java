package cd.go.contrib.k8sexec.cli.platform;

import java.util.List;

/**
 * A user by numbers. One other than 0 has no capabilities.
 *
 * @param groups the supplementary ones
 */
public record Identity(long uid, long gid, List<Long> groups) {}
