package cd.go.contrib.k8sexec.cli.command;

import cd.go.contrib.k8sexec.cli.outcome.K8sExecException;
import cd.go.contrib.k8sexec.cli.platform.Platform;
import cd.go.contrib.k8sexec.protocol.InvalidValue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What listens at an address that can be reached from here.
 *
 * @param text    as it was named
 * @param request what is sent to it; empty: it is enough if somebody listens
 */
record Service(String text, String host, int port, String request) {
    private static final Pattern ADDRESS = Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[^:/@\\[\\]\\s]+):(\\d{1,5})");
    private static final Pattern URL = Pattern.compile(
            "(?i:http)://(\\[[0-9A-Fa-f:.]+]|[^:/?#@\\[\\]\\s]+)(?::(\\d{1,5}))?((?:[/?][!-~&&[^#]]*)?)");
    /** The status line of an answer (RFC 9112, 4). */
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] (\\d{3})\\b.*");

    private static final int HTTP = 80;
    private static final int HIGHEST_PORT = 65535;
    private static final int LONGEST_STATUS = 200;

    /** @param text HOST:PORT; an address of IPv6 is in brackets */
    static Service tcp(String text) throws InvalidValue {
        Matcher matcher = ADDRESS.matcher(text);
        if (!matcher.matches()) {
            throw new InvalidValue("is no HOST:PORT", "say it like localhost:5432 or [::1]:5432");
        }
        return new Service(text, plain(matcher.group(1)), port(matcher.group(2)), "");
    }

    /** @param url of http; without the name and password of a user, which everybody could read here */
    static Service http(String url) throws InvalidValue {
        if (url.regionMatches(true, 0, "https:", 0, "https:".length())) {
            throw new InvalidValue(
                    "is https, which k8s-exec wait does not speak",
                    "use --tcp HOST:443 for whether somebody listens, or curl in the script");
        }
        Matcher matcher = URL.matcher(url);
        if (!matcher.matches()) {
            throw new InvalidValue("is no URL of http that can be asked", "say it like http://localhost:8080/health");
        }
        String host = matcher.group(1) + (matcher.group(2) == null ? "" : ":" + matcher.group(2));
        String path = matcher.group(3);
        return new Service(
                url,
                plain(matcher.group(1)),
                matcher.group(2) == null ? HTTP : port(matcher.group(2)),
                "GET " + (path.startsWith("/") ? "" : "/") + path + " HTTP/1.1\r\nHost: " + host
                        + "\r\nUser-Agent: k8s-exec\r\nAccept: */*\r\nConnection: close\r\n\r\n");
    }

    private static String plain(String host) {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    private static int port(String digits) throws InvalidValue {
        int port = Integer.parseInt(digits);
        if (port < 1 || port > HIGHEST_PORT) {
            throw new InvalidValue("has no port of TCP", "say one from 1 to " + HIGHEST_PORT);
        }
        return port;
    }

    /**
     * Looks whether it is there: somebody listens and, if it was named by a URL, answers with a status from 200 to 399,
     * as a probe of Kubernetes has it.
     *
     * @param limit for the connection and its answer
     * @return what was seen instead; empty if it is there
     */
    Optional<String> missing(Duration limit) {
        try {
            byte[] question = request.getBytes(StandardCharsets.ISO_8859_1);
            String answer = new String(
                    Platform.CURRENT.ask(host, port, question, LONGEST_STATUS, limit), StandardCharsets.ISO_8859_1);
            return question.length == 0 ? Optional.empty() : judge(answer.strip());
        } catch (IOException e) {
            return Optional.of(K8sExecException.harmless(e.getMessage()));
        }
    }

    private static Optional<String> judge(String answer) {
        Matcher status = STATUS.matcher(answer);
        if (!status.matches()) {
            return Optional.of("its answer is not HTTP: " + K8sExecException.quoted(answer));
        }
        int code = Integer.parseInt(status.group(1));
        return code >= 200 && code < 400 ? Optional.empty() : Optional.of(K8sExecException.harmless(answer));
    }
}
