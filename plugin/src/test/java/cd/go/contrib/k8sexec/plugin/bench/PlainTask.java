package cd.go.contrib.k8sexec.plugin.bench;

import cd.go.contrib.k8sexec.plugin.gocd.GoConsole;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;

/**
 * GoCD's own way to run a command, rebuilt: two threads that read lines and print each, whatever the console can take.
 */
final class PlainTask {

    private PlainTask() {}

    static void run(GoConsole console, List<String> command) {
        try {
            Process process = new ProcessBuilder(command).start();
            process.getOutputStream().close();
            Thread stdout = pump(process.getInputStream(), console::printLine);
            Thread stderr = pump(process.getErrorStream(), console::printErrorLine);
            process.waitFor();
            stdout.join();
            stderr.join();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts the bench", e);
        }
    }

    private static Thread pump(InputStream stream, Consumer<String> console) {
        Thread thread = new Thread(() -> {
            try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    console.accept(line.isEmpty() ? " " : line);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        thread.start();
        return thread;
    }
}
