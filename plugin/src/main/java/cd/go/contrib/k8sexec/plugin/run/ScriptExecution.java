package cd.go.contrib.k8sexec.plugin.run;

import cd.go.contrib.k8sexec.plugin.console.ConsoleBacklog;
import cd.go.contrib.k8sexec.plugin.console.ConsoleRelay;
import cd.go.contrib.k8sexec.plugin.console.MultilineValues;
import cd.go.contrib.k8sexec.plugin.run.Outcome.Unknown;
import cd.go.contrib.k8sexec.protocol.RequestField;
import cd.go.contrib.k8sexec.protocol.Setting;
import cd.go.contrib.k8sexec.protocol.Version;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.thoughtworks.go.plugin.api.task.JobConsoleLogger;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Runs one script with {@code k8s-exec run} and answers when it has ended and its last line is in GoCD's console.
 *
 * <p>k8s-exec is a child of the agent for the whole run, because that is how GoCD cancels a job: SIGTERM to all
 * descendants of the agent (CurrentProcess.java:62-66), with no word to the plugin. An interrupt of the task's thread
 * or the end of the JVM, where GoCD kills nothing, ends k8s-exec from here.
 */
public final class ScriptExecution {

    private static final String CANCELED = "Script was canceled: the agent ended the task.";

    private final Agent agent;
    private final Path executable;
    private final JobConsoleLogger console;
    private final ConsoleBacklog backlog;
    private final ObjectMapper json;

    public ScriptExecution(
            Agent agent, Path executable, JobConsoleLogger console, ConsoleBacklog backlog, ObjectMapper json) {
        this.agent = agent;
        this.executable = executable;
        this.console = console;
        this.backlog = backlog;
        this.json = json;
    }

    /**
     * Runs the script.
     *
     * @param known what this k8s-exec knows at least
     * @throws TaskFailure if it could not be started, or if it is not known how it ended
     */
    public TaskResult run(Script script, Version known) throws TaskFailure {
        try (ResultFile file = ResultFile.create(agent.temporaryFolder())) {
            List<String> arguments =
                    new ArrayList<>(List.of("run", "--result", file.path().toString()));
            arguments.addAll(script.options(known));
            return run(script, arguments, known, file);
        }
    }

    /**
     * Goes the way of {@link #run} with a k8s-exec that only says its version.
     *
     * @throws TaskFailure always, because there is no result
     */
    public void rehearse(Script script) throws TaskFailure {
        try (ResultFile file = ResultFile.create(agent.temporaryFolder())) {
            run(script, List.of("--version"), Version.V2_0_0, file);
        }
    }

    private TaskResult run(Script script, List<String> arguments, Version known, ResultFile file) throws TaskFailure {
        if (Thread.currentThread().isInterrupted()) {
            throw canceled();
        }
        byte[] request = script.request(json, known);
        try (ConsoleRelay relay = start(arguments, script.environment())) {
            Process process = relay.process();
            Duration cleanUp = agent.cleanUp(script.setting(Setting.GRACE));
            Termination termination = new Termination(process, cleanUp);
            ShutdownHook hook = null;
            AgentEnd end = new AgentEnd();
            try {
                hook = ShutdownHook.register(() -> {
                    end.begin();
                    relay.cancel();
                    termination.run();
                    end.awaitReport();
                    file.close();
                });
                feed(process.getOutputStream(), request, known.has(RequestField.LIFELINE.since()));
                ResultFileSweep.start(agent.temporaryFolder());
                TaskResult result = await(process, termination, new LeftoverSweep(executable, cleanUp), file, relay);
                if (end.hasBegun() && !result.isSuccess() && !result.message().contains(AgentEnd.STOPPED)) {
                    relay.say(AgentEnd.LINE);
                }
                return result;
            } finally {
                end.report();
                if (process.isAlive()) {
                    termination.run();
                }
                if (hook != null) {
                    hook.remove();
                }
            }
        }
    }

    /** Of a task of which nothing has run. */
    static TaskFailure canceled() {
        return new TaskFailure(CANCELED);
    }

    private ConsoleRelay start(List<String> arguments, Map<String, String> variables) throws TaskFailure {
        List<String> command = new ArrayList<>(List.of(executable.toString()));
        command.addAll(arguments);
        try {
            return ConsoleRelay.start(
                    new ProcessBuilder(command),
                    console,
                    backlog,
                    agent.consoleLimits(),
                    new MultilineValues(variables.values()));
        } catch (IOException e) {
            String text = String.valueOf(e.getMessage());
            throw new TaskFailure("k8s-exec could not be started: " + executable + ". The system's reason: "
                    + text.substring(text.lastIndexOf(": ") + 1).strip()
                    + ". See that the file is k8s-exec for this machine and that the agent's user may run it.");
        }
    }

    /** On a thread of its own: k8s-exec may print, or be ended, before it has read everything. */
    private static void feed(OutputStream stdin, byte[] request, boolean lifeline) {
        Thread feeder = new Thread(
                () -> {
                    try {
                        stdin.write(request);
                        // where the request ends, if its stream does not
                        stdin.write('\n');
                        stdin.flush();
                        if (!lifeline) {
                            stdin.close();
                        }
                    } catch (IOException e) {
                        // k8s-exec has ended before it read all: its outcome tells why.
                    }
                },
                "k8s-exec stdin");
        feeder.setDaemon(true);
        feeder.start();
    }

    private TaskResult await(
            Process process, Termination termination, LeftoverSweep sweep, ResultFile file, ConsoleRelay relay)
            throws TaskFailure {
        boolean canceled = false;
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            canceled = true;
            relay.cancel();
            termination.run();
        }
        try {
            return report(process.exitValue(), canceled, sweep, file, relay);
        } finally {
            if (canceled) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private TaskResult report(int exitCode, boolean canceled, LeftoverSweep sweep, ResultFile file, ConsoleRelay relay)
            throws TaskFailure {
        Outcome outcome = null;
        String unknown = "";
        try {
            outcome = file.read(json);
        } catch (Unknown e) {
            unknown = "k8s-exec ended with exit code " + exitCode
                    + Outcome.signalOf(exitCode)
                            .map(signal -> " (killed by " + signal + ")")
                            .orElse("")
                    + " without saying how the script ended: " + e.getMessage() + "." + sweepAfter(exitCode, sweep);
        }
        if (outcome != null && outcome.isCanceled()) {
            relay.cancel();
        }
        relay.finish(agent.lastOutput());
        if (canceled) {
            return outcome != null && outcome.isCanceled() ? outcome.toResult() : TaskResult.failure(CANCELED);
        }
        if (outcome == null) {
            throw new TaskFailure(unknown + " What it printed is above.");
        }
        TaskResult result = outcome.toResult();
        return result.isSuccess() && relay.refusal().isPresent()
                ? TaskResult.failure(relay.refusal().get())
                : result;
    }

    /** Done before the output is waited for: what a killed k8s-exec leaves holds the output open. */
    private static String sweepAfter(int exitCode, LeftoverSweep sweep) {
        if (Outcome.signalOf(exitCode).isEmpty() || sweep.run()) {
            return "";
        }
        return " Its processes and files may be left: run k8s-exec gc in the agent's container.";
    }
}
