package cd.go.contrib.k8sexec.cli.platform;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;

/** {@link Platform#ask} by the JDK's sockets, which the native executable is spared. */
final class JvmSocket {
    private JvmSocket() {}

    static byte[] ask(String host, int port, byte[] request, int room, Duration limit) throws IOException {
        InetAddress[] addresses;
        try {
            addresses = InetAddress.getAllByName(host);
        } catch (UnknownHostException e) {
            throw new IOException(Platform.NO_HOST, e);
        }
        IOException last = null;
        for (InetAddress address : addresses) {
            try (Socket socket = new Socket()) {
                int millis = Math.toIntExact(Math.max(1, limit.toMillis()));
                socket.connect(new InetSocketAddress(address, port), millis);
                socket.setSoTimeout(millis);
                socket.getOutputStream().write(request);
                return request.length == 0 ? request : line(socket.getInputStream(), room);
            } catch (IOException e) {
                last = e;
            }
        }
        throw last;
    }

    private static byte[] line(InputStream answer, int room) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int next;
        while ((next = answer.read()) >= 0 && next != '\n' && line.size() < room) {
            line.write(next);
        }
        if (next < 0 && line.size() == 0) {
            throw new IOException(Platform.NO_ANSWER);
        }
        return line.toByteArray();
    }
}
