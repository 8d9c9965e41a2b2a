package cd.go.contrib.k8sexec.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cd.go.contrib.k8sexec.protocol.InvalidValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServiceTest {
    @ParameterizedTest
    @CsvSource({
        "localhost:5432, localhost, 5432",
        "10.0.0.1:1, 10.0.0.1, 1",
        "[::1]:65535, ::1, 65535",
        "my-db.team_a.svc:80, my-db.team_a.svc, 80"
    })
    void an_address_has_host_and_port(String text, String host, int port) throws InvalidValue {
        assertEquals(new Service(text, host, port, ""), Service.tcp(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost",
                "5432",
                ":5432",
                "localhost:",
                "localhost:0",
                "localhost:65536",
                "localhost:123456",
                "::1:80",
                "a b:80",
                "localhost:x",
                "tcp://localhost:80",
                "localhost:80/"
            })
    void what_is_no_address_is_refused(String text) {
        assertThrows(InvalidValue.class, () -> Service.tcp(text));
    }

    @ParameterizedTest
    @CsvSource({
        "http://localhost, localhost, 80, GET / , localhost",
        "HTTP://localhost:8080/a/b?c=d, localhost, 8080, GET /a/b?c=d , localhost:8080",
        "http://[::1]:81?x, ::1, 81, GET /?x , [::1]:81"
    })
    void a_url_has_host_port_and_what_to_ask_for(String url, String host, int port, String begin, String named)
            throws InvalidValue {
        Service service = Service.http(url);

        assertEquals(host, service.host());
        assertEquals(port, service.port());
        assertTrue(service.request().startsWith(begin + " HTTP/1.1\r\nHost: " + named + "\r\n"), service.request());
        assertTrue(service.request().endsWith("\r\nConnection: close\r\n\r\n"), service.request());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost:80",
                "ftp://localhost",
                "http://",
                "http://a:b@localhost/",
                "http://localhost:0/",
                "http://localhost/a b",
                "http://localhost/\r\nX: y",
                "http://localhost/ü",
                "http://localhost/#part"
            })
    void what_is_no_url_is_refused(String url) {
        assertThrows(InvalidValue.class, () -> Service.http(url));
    }

    @Test
    void https_is_refused_with_what_to_do_instead() {
        InvalidValue refused = assertThrows(InvalidValue.class, () -> Service.http("https://localhost:8443/"));
        assertTrue(refused.getMessage().contains("--tcp HOST:443"), refused.getMessage());
    }
}
