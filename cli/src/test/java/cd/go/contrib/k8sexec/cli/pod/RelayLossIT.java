package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.cli.pod.Pod.Result;
import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of a script if its guest has too little memory, or ends. */
@Needs({Need.POD, Need.RUNC})
class RelayLossIT {

    @BeforeEach
    void native_only() {
        Pod.requireNative();
    }

    private static Pod up(String... settings) {
        String[] all = new String[settings.length + 2];
        all[0] = "GUEST_RELAY=" + Pod.RELAY;
        all[1] = "GUEST_IMAGE=debian";
        System.arraycopy(settings, 0, all, 2, settings.length);
        return Pod.up(all);
    }

    private static Result run(Pod pod, String script) {
        return Relayed.shell(
                pod,
                Pod.request("bash", script, Map.of()),
                "sh",
                "-c",
                "$0 run --result /tmp/result; echo $?; cat /tmp/result");
    }

    @Test
    @Needs(Need.MEMORY_CONTROLLER)
    void what_the_guests_limit_has_killed_is_told_also_if_the_script_went_on() {
        try (Pod pod = up("GUEST_MEMORY=64m")) {
            Result failed = run(pod, "exec tail </dev/zero >/dev/null");
            assertEquals("137", failed.text().lines().findFirst().orElse(""), failed.toString());
            // once: the plugin shows the reason
            assertEquals("", failed.ownLines());
            assertTrue(failed.text().contains("\"reason\":\"the guest's memory limit"), failed.toString());

            Result wentOn = run(pod, "tail </dev/zero >/dev/null; exit 0");
            assertEquals("0", wentOn.text().lines().findFirst().orElse(""), wentOn.toString());
            assertTrue(wentOn.ownLines().contains("the guest's memory limit of 64Mi was reached"), wentOn.toString());

            Result other = run(pod, "kill -KILL $$");
            assertTrue(other.text().contains("\"reason\":null"), other.toString());
        }
    }

    @Test
    void the_end_of_the_guest_is_told_at_once() throws Exception {
        try (Pod pod = up()) {
            var running = CompletableFuture.supplyAsync(() -> run(pod, "touch /go/ready; sleep 1000"));
            Path ready = pod.shared().resolve("ready");
            while (!Files.exists(ready) && !running.isDone()) {
                Thread.sleep(20);
            }
            Files.delete(ready);
            new ProcessBuilder("kill", "-KILL", pod.machinePid("guest")).start().waitFor();
            Result result = running.get();

            assertEquals("125", result.text().lines().findFirst().orElse(""), result.toString());
            for (String word : List.of("RELAY_LOST", "ended while the script ran", "kubectl logs")) {
                assertTrue(result.text().contains(word), result.toString());
            }
            pod.awaitNoProcesses();

            pod.k8sExec(Map.of("GO_K8S_RELAY", "/relay"), Pod.request("sh", ":", Map.of()), "run", "--wait", "0s")
                    .assertExitCode(125)
                    .assertError("TARGET_DEAD", "restarting");
        }
    }
}
