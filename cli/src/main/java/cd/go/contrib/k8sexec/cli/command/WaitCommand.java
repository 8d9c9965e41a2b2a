package cd.go.contrib.k8sexec.cli.command;

import cd.go.contrib.k8sexec.cli.enter.Guest;
import cd.go.contrib.k8sexec.cli.outcome.JsonText;
import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.target.ProcFs;
import cd.go.contrib.k8sexec.protocol.InvalidValue;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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
        name = "wait",
        header = "Waits until the guest or services are there, and says what is.",
        description = {
            "  k8s-exec wait --for 60s",
            "  k8s-exec wait --tcp localhost:5432 --http http://localhost:8080/health"
        },
        footer = {
            "A Pod's containers share localhost. With --tcp and --http no guest is waited",
            "for. Exit code: 0; 125 if something has not come in that time, with the reason."
        })
final class WaitCommand implements Callable<Integer> {
    private static final Duration STANDARD = Duration.ofSeconds(60);

    @Option(
            names = {"--for", "--wait"},
            description = "How long at most, like 30s. Default: 60s.")
    Duration duration;

    @Option(
            names = "--tcp",
            paramLabel = "HOST:PORT",
            description = "Wait until somebody listens there. May be given several times, as --http.")
    List<String> tcp;

    @Option(
            names = "--http",
            paramLabel = "URL",
            description = "Wait until a GET is answered with a status from 200 to 399. No https.")
    List<String> http;

    @Mixin
    TargetOptions targetOptions;

    @Mixin
    EnterOption enter;

    @Option(names = "--json", description = "Print one JSON object on one line.")
    boolean json;

    @Mixin
    HelpOption help;

    @Spec
    CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        List<Service> services = services();
        return services.isEmpty() ? waitForGuest() : waitFor(services);
    }

    private int waitForGuest() throws InterruptedException {
        ProcFs proc = ProcFs.mounted();
        Guest guest = targetOptions.find(
                enter.entry(proc),
                proc,
                Optional.empty(),
                TargetOptions.sharedRootOfPod(),
                GuestWait.sleeping(limit(), spec.commandLine().getErr()));
        spec.commandLine().getOut().println(json ? toJson(guest.about()) : guest.describe());
        return 0;
    }

    private Duration limit() {
        return duration == null ? STANDARD : duration;
    }

    private int waitFor(List<Service> services) throws InterruptedException {
        Map<Service, Duration> there = new LinkedHashMap<>();
        PrintWriter out = spec.commandLine().getOut();
        new ServiceWait(
                        limit(),
                        (service, time) -> {
                            there.put(service, time);
                            if (!json) {
                                out.println(service.text() + " is there, after " + seconds(time) + " s");
                            }
                        },
                        note -> spec.commandLine().getErr().println(Notes.line(note)))
                .until(services);
        if (json) {
            out.println(toJson(there));
        }
        return 0;
    }

    private List<Service> services() {
        List<Service> services = new ArrayList<>();
        for (String address : tcp == null ? List.<String>of() : tcp) {
            services.add(service("--tcp", address, Service::tcp));
        }
        for (String url : http == null ? List.<String>of() : http) {
            services.add(service("--http", url, Service::http));
        }
        return services;
    }

    private interface Reader {
        Service read(String text) throws InvalidValue;
    }

    private Service service(String option, String text, Reader reader) {
        try {
            return reader.read(text);
        } catch (InvalidValue e) {
            // a URL may have a password in it
            String shown = text.contains("@") ? "what it says" : K8sExecException.quoted(text);
            throw new ParameterException(
                    spec.commandLine(), option + ": " + shown + " " + e.reason() + ": " + e.remedy());
        }
    }

    private static String seconds(Duration time) {
        long tenths = (time.toMillis() + 50) / 100;
        return tenths / 10 + "." + tenths % 10;
    }

    private static String toJson(Map<Service, Duration> there) {
        return JsonText.of(generator -> {
            generator.writeStartObject();
            generator.writeArrayFieldStart("services");
            for (Map.Entry<Service, Duration> entry : there.entrySet()) {
                generator.writeStartObject();
                generator.writeStringField("service", entry.getKey().text());
                generator.writeNumberField("milliseconds", entry.getValue().toMillis());
                generator.writeEndObject();
            }
            generator.writeEndArray();
            generator.writeEndObject();
        });
    }

    private static String toJson(Guest.Facts facts) {
        return JsonText.of(generator -> {
            generator.writeStartObject();
            if (facts.pid() == null) {
                generator.writeNullField("pid");
            } else {
                generator.writeNumberField("pid", facts.pid());
            }
            generator.writeStringField("name", facts.name());
            generator.writeStringField("id", facts.id());
            generator.writeStringField("user", facts.user());
            generator.writeStringField("command", facts.command());
            generator.writeStringField("reason", facts.reason());
            generator.writeEndObject();
        });
    }
}
