package dev.assay.harness.render.comfyui;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** HTTP/1.1 and WebSockets (RFC 6455) on one port of the loopback, with the rudeness that a test needs. */
final class FakeHttp implements AutoCloseable {
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private final ServerSocket server;
    private final Service service;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    /** What is served. */
    interface Service {
        /** Null drops the connection without an answer. */
        Reply answer(Request request);

        /** Whether the handshake is accepted. */
        boolean accepts(Request handshake);

        void connected(Request handshake, Peer peer);
    }

    record Request(String method, String path, Map<String, String> query, Map<String, String> headers, String body) {}

    static final class Reply {
        final int status;
        final String type;
        final byte[] body;

        Reply(int status, String type, byte[] body) {
            this.status = status;
            this.type = type;
            this.body = body;
        }

        static Reply json(int status, Object json) {
            return new Reply(status, "application/json", json.toString().getBytes(StandardCharsets.UTF_8));
        }

        static Reply text(int status, String text) {
            return new Reply(status, "text/plain", text.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** @param port 0 for any */
    FakeHttp(int port, Service service) {
        this.service = service;
        try {
            server = new ServerSocket();
            server.setReuseAddress(true);
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 100);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start("fake-accept", this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    static void start(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                socket.setTcpNoDelay(true);
                open.add(socket);
                start("fake-connection", () -> serve(socket));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            while (true) {
                Request request = read(in);
                if (request == null) {
                    return;
                }
                if ("websocket".equalsIgnoreCase(request.headers().get("upgrade"))) {
                    upgrade(socket, in, request);
                    return;
                }
                Reply reply = service.answer(request);
                if (reply == null) {
                    return;
                }
                write(socket.getOutputStream(), reply);
            }
        } catch (IOException e) {
            // The other side left.
        } finally {
            open.remove(socket);
        }
    }

    private static void write(OutputStream out, Reply reply) throws IOException {
        byte[] head = ("HTTP/1.1 " + reply.status + " X\r\nContent-Type: " + reply.type + "\r\nContent-Length: "
                        + reply.body.length + "\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(head);
        all.writeBytes(reply.body);
        out.write(all.toByteArray());
        out.flush();
    }

    private static Request read(InputStream in) throws IOException {
        String first = line(in);
        if (first == null || first.isEmpty()) {
            return null;
        }
        String[] words = first.split(" ", -1);
        Map<String, String> headers = new LinkedHashMap<>();
        for (String header = line(in); header != null && !header.isEmpty(); header = line(in)) {
            int colon = header.indexOf(':');
            headers.put(
                    header.substring(0, colon).toLowerCase(Locale.ROOT),
                    header.substring(colon + 1).strip());
        }
        int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
        String body = new String(in.readNBytes(length), StandardCharsets.UTF_8);
        int question = words[1].indexOf('?');
        String path = question < 0 ? words[1] : words[1].substring(0, question);
        Map<String, String> query = new LinkedHashMap<>();
        if (question >= 0) {
            for (String pair : words[1].substring(question + 1).split("&", -1)) {
                int equals = pair.indexOf('=');
                query.put(decode(pair.substring(0, equals)), decode(pair.substring(equals + 1)));
            }
        }
        return new Request(words[0], decode(path), query, headers, body);
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                return null;
            }
            if (b != '\r') {
                line.write(b);
            }
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    private void upgrade(Socket socket, InputStream in, Request handshake) throws IOException {
        if (!service.accepts(handshake)) {
            write(socket.getOutputStream(), Reply.text(403, ""));
            return;
        }
        String accept = accept(handshake.headers().get("sec-websocket-key"));
        socket.getOutputStream()
                .write(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                + "Sec-WebSocket-Accept: " + accept + "\r\n\r\n")
                        .getBytes(StandardCharsets.ISO_8859_1));
        Peer peer = new Peer(socket);
        service.connected(handshake, peer);
        DataInputStream data = new DataInputStream(in);
        while (true) {
            int head = data.readUnsignedByte();
            int length = data.readUnsignedByte() & 0x7f;
            long bytes = length == 126 ? data.readUnsignedShort() : length == 127 ? data.readLong() : length;
            byte[] mask = data.readNBytes(4); // a client masks always
            byte[] payload = data.readNBytes((int) bytes);
            for (int i = 0; i < payload.length; i++) {
                payload[i] ^= mask[i % 4];
            }
            switch (head & 0x0f) {
                case 1 -> peer.heard = new String(payload, StandardCharsets.UTF_8);
                case 8 -> {
                    return;
                }
                case 9 -> peer.frame(10, payload);
                default -> {
                    // Nothing else is sent by our client.
                }
            }
        }
    }

    private static String accept(String key) {
        try {
            byte[] sha = MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(sha);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The server's end of a WebSocket. */
    static final class Peer {
        private final Socket socket;
        volatile String heard = "";

        private Peer(Socket socket) {
            this.socket = socket;
        }

        boolean send(String text) {
            return frame(1, text.getBytes(StandardCharsets.UTF_8));
        }

        boolean send(byte[] bytes) {
            return frame(2, bytes);
        }

        void drop() {
            reset(socket);
        }

        private synchronized boolean frame(int opcode, byte[] payload) {
            ByteArrayOutputStream frame = new ByteArrayOutputStream();
            frame.write(0x80 | opcode);
            if (payload.length < 126) {
                frame.write(payload.length);
            } else if (payload.length < 65536) {
                frame.write(126);
                frame.write(payload.length >> 8);
                frame.write(payload.length);
            } else {
                frame.write(127);
                for (int shift = 56; shift >= 0; shift -= 8) {
                    frame.write((int) ((long) payload.length >> shift));
                }
            }
            frame.writeBytes(payload);
            try {
                socket.getOutputStream().write(frame.toByteArray());
                socket.getOutputStream().flush();
                return true;
            } catch (IOException e) {
                return false;
            }
        }
    }

    /** As when the process dies: every connection is reset. */
    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        open.forEach(FakeHttp::reset);
    }

    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            // It is closed already.
        }
    }
}
