package cd.go.contrib.k8sexec.plugin;

import cd.go.contrib.k8sexec.plugin.console.ConsoleBacklog;
import cd.go.contrib.k8sexec.plugin.run.Agent;
import cd.go.contrib.k8sexec.plugin.run.ExecutableFinder;
import cd.go.contrib.k8sexec.plugin.run.ScriptExecution;
import cd.go.contrib.k8sexec.plugin.run.TaskFailure;
import cd.go.contrib.k8sexec.plugin.run.VersionCheck;
import cd.go.contrib.k8sexec.plugin.task.TaskRequest;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.thoughtworks.go.plugin.api.task.JobConsoleLogger;
import java.io.InputStream;
import java.nio.file.Path;

/**
 * Goes the way of a task once, as soon as the plugin is loaded: the first task of an agent would else wait for several
 * hundred classes to be loaded before its first line. It runs nothing, shows nothing, and tells nobody if it fails. On
 * GoCD's server, which has no k8s-exec, it does not come far.
 */
final class Rehearsal implements Runnable {

    static final String NAME = "k8s-exec rehearsal";

    private static final String REQUEST =
            "{\"context\":{\"workingDirectory\":\"\",\"environmentVariables\":{\"NAME\":\"value\"}},"
                    + "\"config\":{\"script\":{\"value\":\"true\"}}}";

    private final Agent agent;
    private final VersionCheck versionCheck;
    private final ObjectMapper json;

    Rehearsal(Agent agent, VersionCheck versionCheck, ObjectMapper json) {
        this.agent = agent;
        this.versionCheck = versionCheck;
        this.json = json;
    }

    @Override
    public void run() {
        try {
            TaskRequest task = TaskRequest.parse(json, REQUEST);
            task.config().errors();
            Path executable = new ExecutableFinder(agent).find();
            versionCheck.learn(executable);
            new ScriptExecution(agent, executable, new Nobody(), new ConsoleBacklog(), json).rehearse(task);
        } catch (TaskFailure | RuntimeException | Error e) {
            // A task that is really run says it.
        }
    }

    /** A console that nobody sees. */
    private static final class Nobody extends JobConsoleLogger {

        @Override
        public void printLine(String line) {
            // Nobody sees it.
        }

        @Override
        public void readErrorOf(InputStream in) {
            throw new IllegalStateException("nobody reads it");
        }
    }
}
