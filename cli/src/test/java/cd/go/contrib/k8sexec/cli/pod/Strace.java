package cd.go.contrib.k8sexec.cli.pod;

import cd.go.contrib.k8sexec.cli.pod.Pod.Result;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What k8s-exec and its child asked of the kernel, as strace(1) sees it.
 *
 * @param calls those that have returned, in that order
 */
record Strace(Result result, List<Call> calls) {

    /** @param result what it returned; negative for an error */
    record Call(int process, String text, long result) {
        private static final Pattern LINE =
                Pattern.compile("(\\d+) +(<\\.\\.\\. \\w+ resumed>)?(.*?)(<unfinished \\.\\.\\.>| += (-?\\d+).*)");

        /** Of calls that another one came between there are two lines. */
        static List<Call> parse(Stream<String> lines) {
            Map<Integer, String> unfinished = new HashMap<>();
            List<Call> calls = new ArrayList<>();
            lines.map(LINE::matcher).filter(Matcher::matches).forEach(line -> {
                int process = Integer.parseInt(line.group(1));
                String text = line.group(2) == null ? line.group(3) : unfinished.remove(process) + line.group(3);
                if (line.group(5) == null) {
                    unfinished.put(process, text);
                } else {
                    calls.add(new Call(process, text, Long.parseLong(line.group(5))));
                }
            });
            return calls;
        }

        boolean is(String... names) {
            return List.of(names).contains(text.substring(0, text.indexOf('(')));
        }
    }

    /** Of k8s-exec in the agent container. */
    static Strace of(Pod pod, String input, String... arguments) {
        List<String> command = new ArrayList<>(
                List.of("env", "GO_K8S_CONTAINER_SHARED_ROOT=/go", "strace", "-f", "-s", "128", "-o", "/tmp/trace"));
        command.add(Pod.K8S_EXEC.toString());
        command.addAll(List.of(arguments));
        Result result = pod.exec("agent", input.getBytes(StandardCharsets.UTF_8), command.toArray(String[]::new));
        return new Strace(
                result,
                Call.parse(pod.exec("agent", "cat", "/tmp/trace")
                        .assertExitCode(0)
                        .text()
                        .lines()));
    }

    /** k8s-exec's own, without the child's. */
    List<Call> own() {
        Set<Integer> threads = new HashSet<>(Set.of(calls.get(0).process()));
        calls.stream()
                .filter(call -> call.text().contains("CLONE_THREAD"))
                .forEach(call -> threads.add((int) call.result()));
        return calls.stream().filter(call -> threads.contains(call.process())).toList();
    }
}
