package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;

/** This machine, on which the containers of a stand-in Pod are processes. */
final class Machine {
    private Machine() {}

    /** Runs a command, with all privileges. */
    static void run(String... command) throws IOException, InterruptedException {
        assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor(), String.join(" ", command));
    }
}
