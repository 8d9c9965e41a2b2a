package cd.go.contrib.k8sexec.cli.request;

import java.util.Map;

/**
 * A task to run, as the plugin asks for it.
 *
 * @param script           the script's text; line ends are LF
 * @param shell            {@code bash}, {@code zsh} or {@code sh}
 * @param workingDirectory the job's directory, relative to the shared root; empty for the root itself
 * @param environment      GoCD's variables, in the order in which they came
 */
public record TaskRequest(String script, String shell, String workingDirectory, Map<String, String> environment) {
}
