package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.path.json.JsonPath;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Waiting for services, which takes no Pod and no guest. */
@Tag("smoke")
class WaitServiceIT {
    @TempDir
    Path folder;

    /** What a k8s-exec wait printed, and how it ended. */
    private record Ended(int exitCode, String out, String err) {}

    /** A k8s-exec wait that goes on. */
    private record Waiting(Process process, Path out, Path err) {
        Ended end() throws Exception {
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("it still waits: " + Files.readString(err));
            }
            return new Ended(process.exitValue(), Files.readString(out), Files.readString(err));
        }
    }

    private Waiting start(String... options) throws IOException {
        List<String> command = Stream.concat(Stream.of("target/k8s-exec", "wait"), Stream.of(options))
                .toList();
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        Process process = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        return new Waiting(process, out, err);
    }

    private Ended run(String... options) throws Exception {
        return start(options).end();
    }

    /** Gives each connection the answer of its number, from 0 on, and ends it; an answer of null: says nothing. */
    private static final class Server implements AutoCloseable {
        private final ServerSocket socket;
        private final AtomicInteger asked = new AtomicInteger();

        Server(int port, IntFunction<String> answers) throws IOException {
            socket = new ServerSocket(port, 50, InetAddress.getByName("127.0.0.1"));
            Thread thread = new Thread(() -> {
                while (!socket.isClosed()) {
                    try {
                        serve(socket.accept(), answers.apply(asked.getAndIncrement()));
                    } catch (IOException e) {
                        // the other side has gone, or the test has ended
                    }
                }
            });
            thread.setDaemon(true);
            thread.start();
        }

        /** Whoever closes with something unread would reset the connection. */
        private static void serve(Socket connection, String answer) throws IOException {
            if (answer == null) {
                return;
            }
            try (connection) {
                connection.setSoTimeout(1000);
                if (!answer.isEmpty()) {
                    byte[] request = new byte[4096];
                    connection.getInputStream().read(request);
                    connection.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
                }
            }
        }

        String address() {
            return "127.0.0.1:" + socket.getLocalPort();
        }

        String url() {
            return "http://" + address() + "/health";
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }

    @Test
    void what_is_there_is_told_at_once() throws Exception {
        try (Server database = new Server(0, number -> "");
                Server web = new Server(0, number -> "HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n")) {
            Ended ended = run("--tcp", database.address(), "--http", web.url());

            assertEquals(0, ended.exitCode(), ended.toString());
            assertEquals("", ended.err());
            assertEquals(
                    Stream.of(database.address(), web.url()).sorted().toList(),
                    ended.out()
                            .lines()
                            .map(line -> line.replaceAll(" is there, after \\d+\\.\\d s$", ""))
                            .sorted()
                            .toList());

            JsonPath json =
                    JsonPath.from(run("--json", "--tcp", database.address()).out());
            assertEquals(List.of(database.address()), json.getList("services.service"));
            assertTrue(json.getInt("services[0].milliseconds") >= 0);
        }
    }

    @Test
    void what_comes_later_is_waited_for() throws Exception {
        int port = freePort();
        try (Server web = new Server(0, number -> number < 3 ? "HTTP/1.1 503 Busy\r\n\r\n" : "HTTP/1.0 204\r\n\r\n")) {
            Waiting waiting = start("--http", web.url(), "--tcp", "127.0.0.1:" + port, "--for", "50s");
            while (!Files.readString(waiting.out()).contains(web.url())) {
                assertTrue(waiting.process().isAlive(), Files.readString(waiting.err()));
                Thread.sleep(20);
            }
            assertEquals(4, web.asked.get());
            assertTrue(waiting.process().isAlive(), "it did not wait for the port on which nobody listens");
            try (Server late = new Server(port, number -> "")) {
                Ended ended = waiting.end();
                assertEquals(0, ended.exitCode(), ended.toString());
                assertTrue(ended.out().contains(late.address() + " is there"), ended.out());
            }
        }
    }

    @Test
    void one_error_names_what_was_never_there_with_what_the_last_attempt_saw() throws Exception {
        int port = freePort();
        try (Server there = new Server(0, number -> "");
                Server busy = new Server(0, number -> "HTTP/1.1 503 Not yet, attempt " + number + "\r\n\r\n")) {
            Ended ended = run(
                    "--tcp", there.address(), "--tcp", "127.0.0.1:" + port, "--http", busy.url(), "--for", "3500ms");

            assertEquals(125, ended.exitCode(), ended.toString());
            List<String> lines = ended.err().lines().toList();
            assertEquals(2, lines.size(), ended.err());
            String seen = "127.0.0.1:" + port + " (Connection refused) and " + busy.url()
                    + " (HTTP/1.1 503 Not yet, attempt ";
            assertTrue(lines.get(0).startsWith("k8s-exec: waiting for " + seen), ended.err());
            assertTrue(lines.get(0).endsWith("); 3500ms at most"), ended.err());
            assertTrue(lines.get(1).startsWith("k8s-exec: error [SERVICE_MISSING]: " + seen), ended.err());
            assertTrue(lines.get(1).contains(") were not there within 3500ms, "), ended.err());
            assertFalse(ended.err().contains(there.address()), ended.err());
            assertFalse(lines.get(1).contains("attempt 0)"), "not the last attempt: " + ended.err());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "silence",
            value = {
                "HTTP/1.1 404 Not Found | (HTTP/1.1 404 Not Found)",
                "220 mail.example ESMTP | (its answer is not HTTP: \"220 mail.example ESMTP\")",
                "'' | (it ended the connection without an answer)",
                "silence | timed out)"
            })
    void what_a_server_answered_is_told(String answer, String told) throws Exception {
        try (Server server =
                new Server(0, number -> answer == null || answer.isEmpty() ? answer : answer + "\r\n\r\n")) {
            long begin = System.nanoTime();
            Ended ended = run("--http", server.url(), "--for", "0s");

            assertEquals(125, ended.exitCode(), ended.toString());
            assertTrue(ended.err().contains(told), ended.err());
            assertEquals(1, server.asked.get(), "with no time it is tried once");
            assertTrue(System.nanoTime() - begin < Duration.ofSeconds(30).toNanos());
        }
    }

    /** A name that no name server tells of, or that one takes long for: that is not waited for. */
    @Test
    void a_host_that_is_not_known_keeps_nobody() throws Exception {
        Ended ended = run("--tcp", "no-such-host.invalid:80", "--for", "1s");

        assertEquals(125, ended.exitCode(), ended.toString());
        String reason = "(there is no host of that name|no name server answers|its name takes long to look up)";
        assertTrue(
                ended.err()
                        .matches("k8s-exec: error \\[SERVICE_MISSING]: no-such-host.invalid:80 \\(" + reason
                                + "\\) was not (?s:.*)"),
                ended.err());
    }

    @Test
    void what_cannot_be_asked_is_wrong_usage_and_no_password_is_printed() throws Exception {
        Ended https = run("--http", "https://localhost/");
        assertEquals(2, https.exitCode());
        assertTrue(https.err().contains("--http: \"https://localhost/\" is https"), https.err());

        Ended password = run("--http", "http://user:hidden-value@localhost/");
        assertEquals(2, password.exitCode());
        assertFalse(password.err().contains("hidden-value"), password.err());

        Ended port = run("--tcp", "localhost");
        assertEquals(2, port.exitCode());
        assertTrue(port.err().contains("--tcp: \"localhost\" is no HOST:PORT"), port.err());
    }
}
