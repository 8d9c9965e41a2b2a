package cd.go.contrib.k8sexec.cli.request;

import cd.go.contrib.k8sexec.protocol.Interpreter;
import java.util.Map;
import java.util.Optional;

/**
 * A task to run, as the plugin asks for it.
 *
 * @param script           the script's text; line ends are LF
 * @param interpreter      what runs it, with the options that the task asks for
 * @param workingDirectory the job's directory, relative to the shared root; empty for the root itself
 * @param environment      GoCD's variables, in the order in which they came: the bytes of names and values in UTF-8,
 *                         one char for each
 * @param container        the guest's name, which goes before every setting; empty: as the settings say
 */
public record TaskRequest(
        String script,
        Interpreter interpreter,
        String workingDirectory,
        Map<String, String> environment,
        Optional<String> container) {}
