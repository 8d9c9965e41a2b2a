package cd.go.contrib.k8sexec.cli.run;

import cd.go.contrib.k8sexec.cli.target.Container;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.ProcessInfo;
import java.util.List;

/** The {@code k8s-exec run} processes of the container that this is in, whoever has started them. */
public record OwnRuns(ProcFs proc, List<ProcessInfo> runs) {

    public static OwnRuns in(Container container, ProcFs proc) {
        return new OwnRuns(
                proc,
                container.processes().stream()
                        .filter(process -> isRun(proc.commandLine(process.pid())))
                        // a copy of k8s-exec, which ends with it, and takes no signals
                        .filter(process -> !process.command().equals("k8s-exec-keeper"))
                        .toList());
    }

    /** By whatever path and name it was started, as a native executable or by Java. */
    static boolean isRun(String commandLine) {
        List<String> words = List.of(commandLine.split(" "));
        for (int i = 0; i + 1 < words.size(); i++) {
            String name = words.get(i).substring(words.get(i).lastIndexOf('/') + 1);
            if (name.equals("quarkus-run.jar") || i == 0 && name.startsWith("k8s-exec")) {
                return words.get(i + 1).equals("run");
            }
        }
        return false;
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
