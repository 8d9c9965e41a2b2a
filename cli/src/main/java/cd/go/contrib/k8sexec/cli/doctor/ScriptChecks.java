package cd.go.contrib.k8sexec.cli.doctor;

import cd.go.contrib.k8sexec.cli.target.Limits;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.Sizes;
import java.util.Optional;

/** What of a script's place in the guest surprises programs: its user's home, and limits of another container. */
final class ScriptChecks {
    static final String HOME = "script-home";
    static final String JAVA = "java-limits";

    private ScriptChecks() {}

    static Check home(TrialRun trial, long uid) {
        Optional<String> refused = trial.found("home-refused");
        boolean named = trial.found("name").isPresent();
        String entry = "user " + uid + (named ? " is" : " is not") + " in the guest's /etc/passwd";
        if (refused.isPresent()) {
            return Check.warning(
                    HOME,
                    "scripts cannot write to HOME (" + refused.get() + "), as npm and Maven do; " + entry,
                    "in the job's environment: HOME, as a folder that user " + uid + " can write to, like /tmp");
        }
        String home =
                trial.found("home-writable").map(path -> "HOME is " + path).orElse("HOME is not set");
        return named
                ? Check.ok(HOME, home + "; " + entry)
                : Check.warning(
                        HOME,
                        home + "; " + entry + ", without which ssh and others end with \"No user exists for uid " + uid
                                + "\"",
                        "in the guest image's Dockerfile: RUN echo 'go:x:" + uid + ":0::/tmp:/bin/sh' >>/etc/passwd");
    }

    /** Java reads them from files that show the guest's groups, by a path that is the agent's. */
    static Check java(TrialRun trial, ProcFs proc) {
        Optional<String> java = trial.found("java");
        Optional<Long> limit = Limits.of(proc, "self").map(Limits::memoryLimit).filter(bytes -> bytes != Limits.NONE);
        if (java.isEmpty()) {
            return Check.ok(JAVA, "the guest has no java");
        }
        return limit.isEmpty()
                ? Check.ok(JAVA, "the guest has " + java.get() + ", and the agent container no memory limit")
                : Check.warning(
                        JAVA,
                        "the guest has " + java.get() + ", which does not see the limit of the agent container ("
                                + Sizes.bytes(limit.get()) + "), where it counts",
                        "in the job's environment: JAVA_TOOL_OPTIONS=\"-XX:-UseContainerSupport -XX:MaxRAM="
                                + limit.get() / 1024 / 1024 + "m\"");
    }
}
