package cd.go.contrib.k8sexec.plugin.run;

import cd.go.contrib.k8sexec.plugin.console.ConsoleLimits;
import cd.go.contrib.k8sexec.protocol.Durations;
import cd.go.contrib.k8sexec.protocol.InvalidValue;
import cd.go.contrib.k8sexec.protocol.Setting;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** What a task needs to know of the GoCD agent that runs it. Immutable. */
public final class Agent {

    private static final Duration TIME_FOR_VERSION = Duration.ofSeconds(20);

    private final Map<String, String> environment;
    private final Path temporaryFolder;
    private final Path usualExecutable;
    private final Patience patience;
    private final ConsoleLimits consoleLimits;

    public Agent(
            Map<String, String> environment,
            Path temporaryFolder,
            Path usualExecutable,
            Patience patience,
            ConsoleLimits consoleLimits) {
        this.environment = Map.copyOf(environment);
        this.temporaryFolder = temporaryFolder;
        this.usualExecutable = usualExecutable;
        this.patience = patience;
        this.consoleLimits = consoleLimits;
    }

    /** The agent whose process this is. */
    public static Agent current() {
        return new Agent(
                System.getenv(),
                Path.of(System.getProperty("java.io.tmpdir")),
                Path.of("/usr/local/bin/k8s-exec"),
                Patience.usual(),
                ConsoleLimits.ofGoCd());
    }

    Map<String, String> environment() {
        return environment;
    }

    /** The agent's own folder for temporary files, which the guest container cannot write to. */
    Path temporaryFolder() {
        return temporaryFolder;
    }

    /** Where k8s-exec is looked for last. */
    Path usualExecutable() {
        return usualExecutable;
    }

    /** How long k8s-exec may take to end after SIGTERM. */
    Duration cleanUp(Optional<String> graceOfTask) {
        return patience.cleanUp(graceOfTask.or(() -> Optional.ofNullable(environment.get(Setting.GRACE.variable()))));
    }

    /** How long the output may go on when k8s-exec has ended. */
    Duration lastOutput() {
        return patience.lastOutput();
    }

    /** Asks k8s-exec for its version, which it has in milliseconds, as the JVM build in a second. */
    public ExecutableVersions executableVersions() {
        return new ExecutableVersions(temporaryFolder, TIME_FOR_VERSION);
    }

    ConsoleLimits consoleLimits() {
        return consoleLimits;
    }

    /** How long the plugin waits for what should end by itself. Immutable. */
    public static final class Patience {

        private final Duration cleanUp;
        private final Duration lastOutput;

        private static final Duration USUAL_GRACE = Setting.GRACE.defaultDuration();

        /**
         * @param cleanUp for k8s-exec to end after SIGTERM, and for {@code k8s-exec gc}, with k8s-exec's usual grace
         *                period
         * @param lastOutput for the output to end once k8s-exec has ended
         */
        public Patience(Duration cleanUp, Duration lastOutput) {
            this.cleanUp = cleanUp;
            this.lastOutput = lastOutput;
        }

        /**
         * 20 s: k8s-exec usually gives the script 10 s to end after SIGTERM, and waits up to 5 s for what hangs in the
         * kernel. 2 s: the design's bound for a held output.
         */
        public static Patience usual() {
            return new Patience(Duration.ofSeconds(20), Duration.ofSeconds(2));
        }

        /**
         * Longer than k8s-exec's own by as much as the grace period of the task, or else of the agent, is longer than
         * the usual one.
         */
        Duration cleanUp(Optional<String> grace) {
            Duration longer = grace.map(Patience::read).orElse(USUAL_GRACE).minus(USUAL_GRACE);
            return longer.isNegative() ? cleanUp : cleanUp.plus(longer);
        }

        private static Duration read(String grace) {
            try {
                return Durations.parse(grace);
            } catch (InvalidValue e) {
                return USUAL_GRACE; // k8s-exec refuses it
            }
        }

        Duration lastOutput() {
            return lastOutput;
        }
    }
}
