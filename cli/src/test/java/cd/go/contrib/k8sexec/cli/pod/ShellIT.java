package cd.go.contrib.k8sexec.cli.pod;

import static org.junit.jupiter.api.Assertions.assertNotEquals;

import cd.go.contrib.k8sexec.needs.Need;
import cd.go.contrib.k8sexec.needs.Needs;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A shell in the guest, at a terminal of the agent's. */
@Needs({Need.POD, Need.PROCPS, Need.TMUX})
class ShellIT {
    @RegisterExtension
    static final Pod pod = Pod.forClass("GUEST_IMAGE=debian");

    private Tmux terminal;

    @BeforeEach
    void open() {
        terminal = new Tmux(pod);
    }

    @AfterEach
    void close() {
        terminal.close();
        pod.exec("agent", "rm", "-rf", "/go/pipelines").assertExitCode(0);
        pod.awaitNoProcesses();
    }

    @Tag("smoke")
    @Test
    void it_is_bash_in_the_guest_with_the_callers_kind_of_terminal() {
        shell("k8s-exec shell");

        terminal.line("readlink /proc/$$/exe; echo $TERM; grep -o containers/[a-z]* /proc/self/mountinfo");
        // by chroot no mount is to be seen
        terminal.await("^/.*/bash\\ntmux-256color\\n" + (Pod.way().equals("chroot") ? "guest #" : "containers/guest$"));
    }

    @Test
    void by_setns_alone_too() {
        Pod.requireNative();
        Pod.requireNot("chroot", "the agent has no SYS_ADMIN then, which setns takes");
        Pod.requireNot("relay", "no other way finds the guest in such a Pod");
        shell("GO_K8S_ENTER=setns k8s-exec shell");

        terminal.line("readlink /proc/$$/exe; grep -o containers/[a-z]* /proc/self/mountinfo; exit 7");
        terminal.await("^/.*/bash\\ncontainers/guest$");
        terminal.await("^code=7$");
    }

    @Needs({Need.DASH, Need.ZSH})
    @ParameterizedTest
    @ValueSource(strings = {"zsh -f", "dash"})
    void another_shell_can_be_asked_for(String other) {
        String name = other.split(" ")[0];
        shell("HOME=/none k8s-exec shell --shell " + name);

        terminal.line("readlink /proc/$$/exe");
        terminal.await("^/.*/" + name + "$");
    }

    @Test
    void it_starts_in_the_jobs_working_directory_and_ends_with_the_shells_exit_code() {
        pod.exec("agent", "mkdir", "-p", "/go/pipelines/we b").assertExitCode(0);
        shell("cd '/go/pipelines/we b' && k8s-exec shell");

        terminal.line("pwd");
        terminal.await("^/go/pipelines/we b$");
        terminal.line("exit 7");
        terminal.await("^code=7$");
    }

    @Test
    void the_terminals_size_is_the_shells_before_and_after_a_change() {
        shell("k8s-exec shell");

        terminal.line("stty size");
        terminal.await("^24 80$");
        terminal.resize(100, 30);
        terminal.line("until [ \"$(stty size)\" != '24 80' ]; do :; done; stty size; echo columns=$COLUMNS");
        terminal.await("^30 100\\ncolumns=100$");
    }

    @Tag("smoke")
    @Test
    void ctrl_c_ends_the_program_and_not_the_shell() {
        String before = shell("k8s-exec shell");

        terminal.line("sleep 1000; echo ended=$?");
        awaitProgram();
        terminal.key("C-c");
        terminal.line("echo same=$$ children=$(cat /proc/$$/task/*/children | wc -w)");
        // the shell itself starts one to count them
        terminal.await("^same=" + before + " children=1$");
    }

    @Test
    void jobs_stop_and_go_on() {
        shell("k8s-exec shell");

        terminal.line("sleep 1000");
        awaitProgram();
        terminal.key("C-z");
        terminal.await("Stopped +sleep 1000$");
        terminal.line("bg; jobs");
        terminal.await("Running +sleep 1000 &$");
        terminal.line("kill %1; wait %1; echo ended=$?");
        terminal.await("^ended=143$");
    }

    @Test
    void the_shell_has_a_controlling_terminal_though_the_guest_has_no_such_device() {
        shell("k8s-exec shell");

        terminal.line("echo to the terminal >/dev/tty; [ -t 0 ] && [ -t 1 ] && [ -t 2 ] && echo all=terminals");
        terminal.await("^to the terminal\\nall=terminals$");
    }

    @Test
    void a_program_can_have_the_terminal_too() {
        terminal.line("k8s-exec exec -it -- sh -c 'stty size; echo $TERM; read line; echo got=$line'; echo code=$?");
        terminal.await("^24 80\\ntmux-256color$");
        terminal.line("typed");
        terminal.await("^got=typed\\ncode=0$");
    }

    @Test
    void ctrl_c_ends_a_program_that_was_started_alone() {
        terminal.line("k8s-exec exec -- sleep 1000");
        awaitProgram();
        terminal.key("C-c");
        // on a line of its own: a shell gives up the rest of the line if SIGINT has ended its program
        terminal.line("echo code=$?");
        terminal.await("^code=130$");
    }

    @Test
    void ctrl_z_stops_a_program_that_was_started_alone() {
        terminal.line("bash --norc");
        terminal.line("k8s-exec exec -- sleep 1000");
        awaitProgram();
        terminal.key("C-z");
        terminal.await("Stopped +k8s-exec exec");
        // "wait" fails if the shell has not yet noticed that the job goes on
        terminal.line("kill %1; while [ \"$(jobs -s)\" ]; do :; done; wait %1; echo code=$?");
        terminal.await("^code=143$");
    }

    @Test
    void a_shell_needs_a_terminal() {
        pod.k8sExec("echo ran\n", "shell").assertExitCode(125).assertError("TERMINAL_MISSING", "kubectl exec -it");
    }

    /** @return the shell's process id */
    private String shell(String command) {
        terminal.line("PS1='agent # '");
        terminal.await("^agent #$");
        terminal.line(command + "; echo code=$?");
        terminal.await("^(?!agent).*[#%$]$");
        terminal.line("PS1='guest # '; echo pid=$$");
        String pid = terminal.await("^pid=(\\d+)$").group(1);
        assertNotEquals("1", pid);
        return pid;
    }

    private static void awaitProgram() {
        pod.exec(
                        Pod.isRelayed() ? "guest" : "agent",
                        "sh",
                        "-c",
                        "until ps -eo args= | grep -qx 'sleep 1000'; do sleep 0.1; done")
                .assertExitCode(0);
    }
}
