package cd.go.contrib.k8sexec.plugin.run;

import cd.go.contrib.k8sexec.protocol.Setting;
import cd.go.contrib.k8sexec.protocol.Version;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A script that is to be run, in the words that k8s-exec is told. */
public interface Script {

    /**
     * What k8s-exec has to know for it: keys of the task's properties, each with the first version that knows it.
     */
    Map<String, Version> needed();

    /**
     * The request for {@code k8s-exec run}, UTF-8.
     *
     * @param known what this k8s-exec knows at least
     * @throws TaskFailure if a text in it cannot be passed on
     */
    byte[] request(ObjectMapper json, Version known) throws TaskFailure;

    /**
     * The options of {@code k8s-exec run}. None is secret.
     *
     * @param known what this k8s-exec knows at least
     */
    List<String> options(Version known);

    /** What the task itself sets, as k8s-exec reads it. */
    Optional<String> setting(Setting setting);

    /** The job's variables, secure ones in clear among them. */
    Map<String, String> environment();
}
