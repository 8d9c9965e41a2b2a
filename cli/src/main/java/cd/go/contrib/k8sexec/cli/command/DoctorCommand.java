package cd.go.contrib.k8sexec.cli.command;

import cd.go.contrib.k8sexec.cli.doctor.Check;
import cd.go.contrib.k8sexec.cli.doctor.Doctor;
import cd.go.contrib.k8sexec.cli.doctor.Manifest;
import cd.go.contrib.k8sexec.cli.doctor.Picture;
import cd.go.contrib.k8sexec.cli.doctor.Report;
import cd.go.contrib.k8sexec.cli.doctor.Settings;
import cd.go.contrib.k8sexec.cli.enter.Entry;
import cd.go.contrib.k8sexec.cli.enter.Guest;
import cd.go.contrib.k8sexec.cli.enter.User;
import cd.go.contrib.k8sexec.cli.platform.Events;
import cd.go.contrib.k8sexec.cli.platform.Platform;
import cd.go.contrib.k8sexec.cli.run.Run;
import cd.go.contrib.k8sexec.cli.target.ContainerView;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.cli.target.Target;
import cd.go.contrib.k8sexec.protocol.Way;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "doctor",
        header = "Checks all that a run needs, and runs a small script in the guest.",
        description = "  k8s-exec doctor --shared-root /go",
        footer = {
            "Each check has one line, which says what fixes what is wrong.",
            "Exit code: 0, also with warnings; 1 if a check fails; 128+n on signal n."
        })
final class DoctorCommand implements Callable<Integer>, Settings {
    private static final Map<Check.Status, String> COLORS = Map.of(
            Check.Status.OK,
            "green",
            Check.Status.WARNING,
            "yellow",
            Check.Status.FAILURE,
            "bold,red",
            Check.Status.SKIPPED,
            "faint");

    @Mixin
    TargetOptions targetOptions;

    @Mixin
    WaitOption wait;

    @Mixin
    VolumeOptions volumeOptions;

    @Mixin
    UserOption user;

    @Mixin
    EnterOption enter;

    @Option(names = "--json", description = "Print one JSON object; the ids in it are stable.")
    boolean json;

    @Option(names = "--yaml", description = "Print what to change in the Pod's manifest, as YAML.")
    boolean yaml;

    @Mixin
    HelpOption help;

    @Spec
    CommandSpec spec;

    private final ProcFs proc = ProcFs.mounted();
    private Events events;
    private GuestWait guestWait;

    @Override
    public Integer call() throws InterruptedException {
        if (json && yaml) {
            throw new ParameterException(spec.commandLine(), "--json and --yaml: give one of them");
        }
        events = Platform.CURRENT.events(Run.CANCELING);
        List<Check> checks = new ArrayList<>();
        Doctor doctor = new Doctor(proc, this, events, check -> {
            checks.add(check);
            if (!json && !yaml) {
                print(check);
            }
        });
        doctor.examine();
        // what came while a program of the agent was looked at
        events.pause(Duration.ZERO);
        Report report = new Report(checks);
        long failures = report.count(Check.Status.FAILURE);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(report.toJson());
        } else if (yaml) {
            Picture picture = Picture.of(proc, this, doctor.taken());
            out.println(new Manifest(checks, picture.name(ContainerView.AGENT), picture.name(ContainerView.TARGET))
                    .toYaml());
        } else {
            out.println();
            Picture.of(proc, this, doctor.taken()).draw(Terminal.textWidth()).forEach(out::println);
            out.println();
            out.println(
                    failures == 0
                            ? "scripts can run; warnings: " + report.count(Check.Status.WARNING)
                            : "failures: " + failures + "; fix the first one first");
        }
        out.flush();
        return failures == 0 ? 0 : 1;
    }

    private void print(Check check) {
        PrintWriter out = spec.commandLine().getOut();
        String status = Report.name(check.status());
        // only the fixed word goes through picocli's markup, which the text could hold too
        out.println(spec.commandLine()
                        .getColorScheme()
                        .ansi()
                        .string("@|" + COLORS.get(check.status()) + " " + status + "|@")
                + " ".repeat(8 - status.length())
                + check.id() + ": " + check.finding());
        if (check.remedy() != null) {
            out.println("        -> " + check.remedy().text());
        }
        out.flush();
    }

    @Override
    public Target target() throws InterruptedException {
        return targetOptions.find(proc, Optional.empty(), volumeOptions.sharedRootIfSet(), guestWait());
    }

    /** The same for all who look: what was not there in its time is not waited for again. */
    private GuestWait guestWait() {
        if (guestWait == null) {
            guestWait = GuestWait.from(
                    wait.duration(Duration.ZERO),
                    events::pause,
                    note -> spec.commandLine().getErr().println(Notes.line(note)));
        }
        return guestWait;
    }

    @Override
    public Guest guest(Entry entry) throws InterruptedException {
        return targetOptions.find(entry, proc, Optional.empty(), volumeOptions.sharedRootIfSet(), guestWait());
    }

    @Override
    public String containerRoot(Guest guest) {
        return volumeOptions.containerRoot(guest);
    }

    @Override
    public User user(Guest guest) {
        return user.of(guest);
    }

    @Override
    public Path sharedRoot() {
        return volumeOptions.sharedRoot();
    }

    @Override
    public String containerRoot() {
        return volumeOptions.containerRoot();
    }

    @Override
    public User user(Target target) {
        return user.of(target, proc);
    }

    @Override
    public Map<String, String> environment() {
        return System.getenv();
    }

    @Override
    public Way way() {
        return enter.way();
    }

    @Override
    public Entry entry(Way way) {
        return enter.entry(way, proc);
    }
}
