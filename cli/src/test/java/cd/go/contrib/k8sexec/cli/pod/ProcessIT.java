package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What src-native/c/process.h promises, also if the kernel lacks or refuses what it would use, and if vfork(2) is
 * a plain fork.
 */
@Needs({Need.ROOT, Need.EXECUTABLE_TMP, Need.GCC})
class ProcessIT {
    private static final Path SOURCES = Path.of("../src-native/c");

    @TempDir
    static Path folder;

    @BeforeAll
    static void compile() throws Exception {
        compile("all");
        // a script must not run twice if the child's memory is not the parent's
        compile("fork", "-DWITHOUT_VFORK", "-Wl,--wrap=clone");
        // by an older kernel, and by a strict seccomp filter
        compile("lacking", "-DREFUSED=ENOSYS", "-Wl,--wrap=memfd_create,--wrap=syscall");
        compile("forbidden", "-DREFUSED=EPERM", "-Wl,--wrap=memfd_create,--wrap=syscall");
    }

    private static void compile(String name, String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of("gcc", "-pthread", "-Wall", "-Werror", "src/test/c/process.c"));
        for (String source : List.of(
                "process.c", "become.c", "execute.c", "file.c", "guest.c", "events.c", "helper.c", "keeper.c")) {
            command.add(SOURCES.resolve(source).toString());
        }
        command.addAll(List.of(options));
        command.addAll(List.of("-o", folder.resolve(name).toString()));
        output(command);
    }

    private static String run(String program, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(folder.resolve(program).toString()));
        command.addAll(List.of(arguments));
        return output(command);
    }

    private static String output(List<String> command) throws IOException, InterruptedException {
        Path output = Files.createTempFile(folder, "output", "");
        int exitCode = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start()
                .waitFor();
        String text = Files.readString(output);
        assertEquals(0, exitCode, command + ": " + text);
        return text;
    }

    @ParameterizedTest
    @ValueSource(strings = {"all", "fork", "lacking", "forbidden"})
    void the_first_path_that_is_there_is_started_once_with_its_script_and_nothing_else_open(String program)
            throws Exception {
        assertEquals(
                "ran\nstarted, exit code 7, children left: 0\n",
                run(program, "start", "/nonexistent/sh", "/etc/passwd/sh", "/bin/sh"));
    }

    @Test
    void one_that_starts_a_program_as_another_user_stays_what_it_is() throws Exception {
        assertEquals("1000\nstarted, dumpable\n", run("all", "start-as", "1000", "/bin/sh"));
    }

    /** Its number may be another process's by then, which nobody may signal. */
    @Test
    void of_a_keeper_that_was_killed_nothing_is_left() throws Exception {
        assertEquals("killed, lost, kept by 0\n", run("all", "lose", "/bin/sh"));
    }

    /** Before it becomes a program a child is as large as what has made it, and the kernel counts that too. */
    @Test
    void what_a_program_takes_is_told_but_not_the_memory_of_what_has_started_it() throws Exception {
        assertEquals("an unknown size, an unknown size\n", run("all", "usage", "exit 0", "/bin/sh"));
        String large = run("all", "usage", "dd if=/dev/zero of=/dev/null bs=100000000 count=1 2>/dev/null", "/bin/sh");
        assertTrue(large.matches("10\\d MB, 10\\d MB\n"), large);
    }

    @Test
    void what_ends_later_counts_as_soon_as_it_has_ended() throws Exception {
        String later = run(
                "all", "usage", "dd if=/dev/zero of=/dev/null bs=100000000 count=1 2>/dev/null & exit 0", "/bin/sh");
        assertTrue(later.matches("an unknown size, 10\\d MB\n"), later);
    }

    @ParameterizedTest
    @ValueSource(strings = {"all", "fork", "lacking", "forbidden"})
    void what_cannot_be_executed_is_told_from_what_is_not_there(String program) throws Exception {
        assertEquals("KX_PROGRAM: Permission denied\n", run(program, "start", "/nonexistent/sh", "/etc"));
        assertEquals("KX_PROGRAM: No such file or directory\n", run(program, "start", "/nonexistent/sh", "/none"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"all", "lacking"})
    void the_end_of_a_reader_is_an_errno_and_no_signal(String program) throws Exception {
        assertEquals("Broken pipe, no SIGPIPE\n", run(program, "feed"));
    }

    @Test
    void a_file_can_be_read_by_everybody_and_written_by_nobody() throws Exception {
        assertEquals("holds content, writing: Operation not permitted, another user reads\n", run("all", "file"));
    }

    @Test
    void another_users_file_is_opened_as_that_user_by_a_process_that_stays_what_it_is() throws Exception {
        Path secret = Files.createTempFile(folder, "secret", "");
        assertEquals("opened, the same, dumpable\n", run("all", "open-as", secret.toString(), "0"));
        assertEquals("Permission denied, the same, dumpable\n", run("all", "open-as", secret.toString(), "1000"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"lacking", "forbidden"})
    void without_files_in_memory_it_is_a_deleted_one(String program) throws Exception {
        assertEquals("holds content, writing: Bad file descriptor, another user reads\n", run(program, "file"));
    }
}
