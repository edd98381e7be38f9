package dev.assay.suites.comfyui;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Stands between client and server on the loopback: hides routes, and cuts every connection as a dead server does. One
 * request a connection; what is upgraded to a WebSocket flows until either side ends it.
 */
final class Relay implements AutoCloseable {
    private static final Pattern LENGTH = Pattern.compile("(?im)^content-length: *(\\d+)");
    private static final Pattern CONNECTION = Pattern.compile("(?im)^(connection|http2-settings|upgrade):.*\r\n");

    private final URI server;
    private final int port;
    private final Set<String> hidden = ConcurrentHashMap.newKeySet();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "relay");
        thread.setDaemon(true);
        return thread;
    });
    private ServerSocket listening;

    private Relay(URI server, ServerSocket listening) {
        this.server = server;
        this.listening = listening;
        this.port = listening.getLocalPort();
        accept(listening);
    }

    static Relay to(URI server) throws IOException {
        return new Relay(server, new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    /** From now on, paths that begin like one of these are 404. */
    void hide(String... prefixes) {
        hidden.addAll(List.of(prefixes));
    }

    /** Ends all connections and refuses new ones, until {@link #mend}. */
    synchronized void cut() throws IOException {
        listening.close();
        for (Socket socket : open) {
            socket.close();
        }
    }

    synchronized void mend() throws IOException {
        ServerSocket again = new ServerSocket();
        again.setReuseAddress(true);
        again.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        listening = again;
        accept(again);
    }

    private void accept(ServerSocket from) {
        threads.execute(() -> {
            while (!from.isClosed()) {
                try {
                    Socket client = from.accept();
                    open.add(client);
                    threads.execute(() -> serve(client));
                } catch (IOException e) {
                    return; // cut
                }
            }
        });
    }

    private void serve(Socket client) {
        try (client;
                Socket upstream = new Socket(server.getHost(), server.getPort())) {
            open.add(upstream);
            BufferedInputStream in = new BufferedInputStream(client.getInputStream());
            String head = head(in);
            if (head.isEmpty()) {
                return;
            }
            String path = head.split(" ", 3)[1];
            if (hidden.stream().anyMatch(path::startsWith)) {
                client.getOutputStream()
                        .write("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                                .getBytes(StandardCharsets.ISO_8859_1));
                return;
            }
            OutputStream out = upstream.getOutputStream();
            boolean socket = head.toLowerCase(Locale.ROOT).contains("upgrade: websocket");
            String sent = socket
                    ? head
                    : CONNECTION
                            .matcher(head)
                            .replaceAll("")
                            .replaceFirst("\r\n\r\n$", "\r\nConnection: close\r\n\r\n");
            out.write(sent.getBytes(StandardCharsets.ISO_8859_1));
            if (socket) {
                threads.execute(() -> pump(in, out, client, upstream));
            } else {
                Matcher length = LENGTH.matcher(head);
                out.write(in.readNBytes(length.find() ? Integer.parseInt(length.group(1)) : 0));
            }
            upstream.getInputStream().transferTo(client.getOutputStream());
        } catch (IOException e) {
            // cut, or one side is gone: the other sees its end too
        } finally {
            open.remove(client);
        }
    }

    private static void pump(InputStream in, OutputStream out, Socket one, Socket other) {
        try (one;
                other) {
            in.transferTo(out);
        } catch (IOException e) {
            // as above
        }
    }

    /** Request line and headers with the empty line; empty when the client says nothing. */
    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        int last = 0;
        for (int b = in.read(); b >= 0; b = in.read()) {
            head.write(b);
            last = (last << 8) | b;
            if (last == 0x0d0a0d0a) {
                return head.toString(StandardCharsets.ISO_8859_1);
            }
        }
        return "";
    }

    @Override
    public void close() throws IOException {
        cut();
        threads.shutdownNow();
    }
}
