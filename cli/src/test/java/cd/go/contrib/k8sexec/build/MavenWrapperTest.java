package cd.go.contrib.k8sexec.build;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The project's mvnw, with a Maven of version 9.9.9 in a repository, which only says that it ran and how it was called.
 */
@Needs(Need.EXECUTABLE_TMP)
class MavenWrapperTest {
    private static final String ZIP = "/org/apache/maven/apache-maven/9.9.9/apache-maven-9.9.9-bin.zip";
    private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();

    @TempDir
    Path folder;

    private final List<String> requests = new CopyOnWriteArrayList<>();
    private HttpServer repository;
    private Path programs;
    private Path checkout;

    @BeforeEach
    void start() throws Exception {
        Path zip = folder.resolve("maven.zip");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
            out.putNextEntry(new ZipEntry("apache-maven-9.9.9/bin/"));
            out.putNextEntry(new ZipEntry("apache-maven-9.9.9/bin/mvn"));
            out.write("#!/bin/sh\necho \"9.9.9: $*\"\n".getBytes(StandardCharsets.UTF_8));
        }
        repository = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        repository.createContext("/", exchange -> {
            requests.add(exchange.getRequestURI() + " "
                    + exchange.getRequestHeaders().getFirst("Authorization") + " "
                    + exchange.getRequestHeaders().getFirst("User-Agent"));
            boolean there = exchange.getRequestURI().getPath().equals("/maven" + ZIP);
            exchange.sendResponseHeaders(there ? 200 : 404, there ? 0 : -1);
            try (exchange) {
                if (there) {
                    Files.copy(zip, exchange.getResponseBody());
                }
            }
        });
        repository.start();

        checkout = Files.createDirectories(folder.resolve("check out/.mvn/wrapper"))
                .getParent()
                .getParent();
        for (String file : List.of("mvnw", ".mvn/wrapper/java.sh", ".mvn/wrapper/FetchMaven.java")) {
            Files.copy(PROJECT.resolve(file), checkout.resolve(file));
        }
        pin(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-512").digest(Files.readAllBytes(zip))));
        programs = Files.createDirectory(folder.resolve("bin"));
        for (String program :
                List.of("sh", "sed", "cut", "awk", "tr", "mkdir", "rm", "mv", "chmod", "dirname", "readlink")) {
            install(program);
        }
    }

    @AfterEach
    void stop() {
        repository.stop(0);
    }

    private void pin(String sha512) throws IOException {
        Files.writeString(
                checkout.resolve(".mvn/wrapper/maven-wrapper.properties"), "version=9.9.9\nsha512=" + sha512 + "\n");
    }

    private void install(String program) throws IOException {
        Path file = Stream.of(System.getenv("PATH").split(":"))
                .map(directory -> Path.of(directory, program))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow();
        Files.createSymbolicLink(programs.resolve(program), file);
    }

    private void install(String program, String script) throws IOException {
        Path file = Files.writeString(programs.resolve(program), "#!/bin/sh\n" + script);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    void a_jdk_is_enough_and_is_asked_once() throws Exception {
        assertEquals("0: mvnw: fetching Maven 9.9.9\n9.9.9: -v a b\n", mvnw(Map.of(), "-v", "a b"));
        assertEquals("0: 9.9.9: -q\n", mvnw(Map.of(), "-q"));
        assertEquals(1, requests.size(), requests.toString());
        assertTrue(requests.get(0).startsWith("/maven" + ZIP + " null Java"), requests.toString());
        assertEquals(List.of("apache-maven-9.9.9"), kept());
    }

    @Needs({Need.CURL, Need.WGET})
    @ParameterizedTest
    @ValueSource(strings = {"curl", "wget"})
    void curl_and_wget_ask_the_same_repository(String program) throws Exception {
        install(program);

        assertEquals("0: mvnw: fetching Maven 9.9.9\n9.9.9: \n", mvnw(Map.of()));
        assertEquals(1, requests.size(), requests.toString());
        assertTrue(requests.get(0).toLowerCase().startsWith("/maven" + ZIP + " null " + program), requests.toString());
    }

    @Test
    void a_password_is_in_no_argument() throws Exception {
        install("curl", "echo \"$@\" >&2; exit 1");

        String output = mvnw(Map.of("MVNW_USERNAME", "user", "MVNW_PASSWORD", "p:w"));
        assertEquals("0: mvnw: fetching Maven 9.9.9\n9.9.9: \n", output);
        assertTrue(requests.get(0).startsWith("/maven" + ZIP + " Basic dXNlcjpwOnc= "), requests.toString());
    }

    @Test
    void another_file_than_the_pinned_one_is_refused() throws Exception {
        pin("0".repeat(128));

        String output = mvnw(Map.of());
        assertTrue(output.contains(ZIP + " has the SHA-512 ") && output.startsWith("1: "), output);
        assertEquals(List.of(), kept());
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://localhost:PORT/none", "http://localhost:1", "file:///none", "nonsense"})
    void a_repository_without_it_is_named(String url) throws Exception {
        String asked =
                url.replace("PORT", String.valueOf(repository.getAddress().getPort()));

        String output = mvnw(Map.of("MVNW_REPOURL", asked));
        assertTrue(output.startsWith("1: mvnw: fetching Maven 9.9.9\nmvnw: could not download " + asked + ZIP), output);
        assertEquals(2, output.lines().count(), output);
        assertEquals(List.of(), kept());
    }

    @ParameterizedTest
    @CsvSource({"10.0.1,0: installed -q", "9.10.0-rc-1,0: installed -q", "9.9.8,1: mvnw: fetching"})
    void an_installed_maven_is_used_from_the_pinned_version_on(String version, String output) throws Exception {
        install(
                "mvn",
                "case $1 in --version) echo 'Apache Maven " + version
                        + " (abc)' ;; *) echo installed $1; [ $# = 1 ] ;; esac");

        assertTrue(mvnw(Map.of("MVNW_REPOURL", ""), "-q").startsWith(output));
        assertEquals(List.of(), requests);
    }

    @Test
    void what_is_wrong_with_java_or_the_home_is_one_line() throws Exception {
        assertRefused(Map.of("JAVA_HOME", "/none"), "JAVA_HOME is /none, which has no bin/java");
        assertRefused(Map.of("JAVA_HOME", ""), "no java along the PATH: install a JDK 17");
        install("java", "echo 'java version \"1.8.0_402\"' >&2");
        assertRefused(Map.of("JAVA_HOME", ""), "bin/java is of version 8: install a JDK 17");
        install("java", "echo 'openjdk version \"21\" 2023-09-19' >&2");
        assertRefused(Map.of("JAVA_HOME", ""), "bin/java comes without javac");
        assertRefused(Map.of("HOME", ""), "HOME is not set");
        assertRefused(Map.of("MAVEN_USER_HOME", "/proc/none"), "Maven cannot be kept in /proc/none/wrapper");
    }

    private void assertRefused(Map<String, String> environment, String text) throws Exception {
        String output = mvnw(environment);
        assertTrue(output.startsWith("1: mvnw: ") && output.contains(text), output);
        assertEquals(1, output.lines().count(), output);
    }

    private List<String> kept() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("home/.m2/wrapper"))) {
            return files.map(file -> file.getFileName().toString().replaceFirst("-[0-9a-f]{16}$", ""))
                    .toList();
        }
    }

    /** Its exit code and all that it prints. */
    private String mvnw(Map<String, String> environment, String... arguments) throws Exception {
        Map<String, String> variables = new HashMap<>(Map.of(
                "PATH", programs.toString(),
                "HOME", folder.resolve("home").toString(),
                "JAVA_HOME", System.getProperty("java.home"),
                "MVNW_REPOURL", "http://localhost:" + repository.getAddress().getPort() + "/maven/"));
        variables.putAll(environment);
        ProcessBuilder builder = new ProcessBuilder(Stream.concat(
                                Stream.of(
                                        programs.resolve("sh").toString(),
                                        checkout.resolve("mvnw").toString()),
                                Stream.of(arguments))
                        .toList())
                .directory(folder.toFile())
                .redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().putAll(variables);
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor() + ": " + output;
    }
}
