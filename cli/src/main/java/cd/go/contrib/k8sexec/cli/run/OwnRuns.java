package cd.go.contrib.k8sexec.cli.run;

import cd.go.contrib.k8sexec.cli.outcome.ErrorId;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.platform.Platform;
import cd.go.contrib.k8sexec.cli.target.Container;
import cd.go.contrib.k8sexec.cli.target.Containers;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.ProcessInfo;
import java.util.List;
import java.util.stream.IntStream;

/** The {@code k8s-exec run} processes of the container that this is in, whoever has started them. */
public record OwnRuns(ProcFs proc, List<ProcessInfo> runs) {

    /**
     * The container that this is in.
     *
     * @throws K8sExecException INTERNAL
     */
    public static Container container(ProcFs proc) {
        return new Containers(proc)
                .all().stream()
                        .filter(container -> container.role() == Container.Role.AGENT)
                        .findFirst()
                        .orElseThrow(() -> new K8sExecException(
                                ErrorId.INTERNAL,
                                "the processes of this container cannot be told from others",
                                "so no run of it is found",
                                "mount procfs on /proc in the agent container"));
    }

    public static OwnRuns in(Container container, ProcFs proc) {
        return new OwnRuns(
                proc,
                container.processes().stream()
                        // a copy of k8s-exec, which ends with it, and takes no signals
                        .filter(process -> !process.command().equals("k8s-exec-keeper"))
                        .filter(process -> isRun(proc, process.pid()))
                        .toList());
    }

    /** By whatever path and name it was started, as a native executable or by Java. */
    private static boolean isRun(ProcFs proc, int pid) {
        List<String> words = List.of(proc.commandLine(pid).split(" "));
        int jar = IntStream.range(0, words.size())
                .filter(i -> name(words.get(i)).equals("quarkus-run.jar"))
                .findFirst()
                .orElse(0);
        return words.size() > jar + 1
                && words.get(jar + 1).equals("run")
                && (jar > 0 || isK8sExec(words.get(0)) || isK8sExec(proc, pid));
    }

    /** Of this version or of another one, by whatever name it was started. */
    private static boolean isK8sExec(ProcFs proc, int pid) {
        return proc.executable(pid).filter(OwnRuns::isK8sExec).isPresent()
                || Platform.CURRENT.isNative() && proc.isExecutableOfThis(pid);
    }

    private static boolean isK8sExec(String program) {
        return name(program).startsWith("k8s-exec");
    }

    private static String name(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** Tells each of them to end, once. */
    public void cancel() {
        runs.forEach(run -> ProcessHandle.of(run.pid()).ifPresent(ProcessHandle::destroy));
    }

    /** Those that have not ended yet. */
    public List<ProcessInfo> left() {
        return runs.stream()
                .filter(run -> proc.process(run.pid())
                        .filter(now -> now.startTicks() == run.startTicks() && !now.ended())
                        .isPresent())
                .toList();
    }
}
