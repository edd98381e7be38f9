package dev.assay.harness.render.comfyui;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The WebSocket of one server, kept open. It only makes things quicker: whoever listens must do without any message, with
 * messages twice, and with a socket that is open and silent.
 */
final class ComfySocket implements AutoCloseable {
    private static final int MAX_MESSAGE = 64 << 20; // bytes
    private static final long FIRST_PAUSE = 50; // ms before connecting again, doubled each time
    private static final long LONGEST_PAUSE = 5000;
    private static final String FLAGS = "{\"type\":\"feature_flags\",\"data\":{\"supports_preview_metadata\":true}}";

    private final ComfyHttp http;
    private final Listener listener;
    private final ScheduledExecutorService clock;
    private Connection current; // guarded by this, as all below
    private String clientId = UUID.randomUUID().toString();
    private long pause = FIRST_PAUSE;
    private int unheard; // jobs in a row
    private boolean closed;
    private volatile long lastHeard = System.nanoTime();

    ComfySocket(ComfyHttp http, ScheduledExecutorService clock, Listener listener) {
        this.http = http;
        this.clock = clock;
        this.listener = listener;
    }

    /** Hears what the server says, in one thread at a time, and must not block. */
    interface Listener {
        /** @param type e.g. {@code progress}; {@code data} may lack anything */
        void message(String type, JsonNode data);

        void frame(PreviewFrame frame);

        /** A new connection stands; subscriptions are to be made again. */
        void connected(String clientId);
    }

    /** The name under which the server knows this socket; jobs submitted with it report here. */
    synchronized String clientId() {
        return clientId;
    }

    /** {@link System#nanoTime()} of the last sign of life. */
    long lastHeard() {
        return lastHeard;
    }

    void open() {
        connect(new Connection());
    }

    /**
     * Gives up a socket that is silent, and comes back under another name: a server forgets the socket of a name when an
     * older one of the same name ends (Comfy-Org/ComfyUI pull request 16243).
     */
    void renew() {
        Connection old;
        synchronized (this) {
            old = current;
            clientId = UUID.randomUUID().toString();
        }
        if (old != null) {
            old.abort();
            old.ended();
        }
    }

    /** A job ended of which the socket told or did not; of two in a row it should have. */
    void told(boolean heard) {
        boolean silent;
        synchronized (this) {
            unheard = heard ? 0 : unheard + 1;
            silent = unheard >= 2;
            unheard = silent ? 0 : unheard;
        }
        if (silent) {
            renew();
        }
    }

    private void connect(Connection connection) {
        String id;
        synchronized (this) {
            if (closed) {
                return;
            }
            current = connection;
            id = clientId;
        }
        var unused = http.socket(id, connection).whenComplete((socket, trouble) -> {
            if (trouble != null) {
                connection.ended();
            }
        });
    }

    private synchronized void reconnect(Connection lost) {
        if (closed || current != lost) {
            return; // somebody else has taken over
        }
        current = null;
        try {
            var unused = clock.schedule(() -> connect(new Connection()), pause, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            closed = true; // the clock ends with the renderer
        }
        pause = Math.min(LONGEST_PAUSE, 2 * pause);
    }

    /** The server may name the socket otherwise than it was asked to. */
    private synchronized void adopt(String sid) {
        if (!sid.isEmpty()) {
            clientId = sid;
        }
        pause = FIRST_PAUSE;
    }

    @Override
    public void close() {
        Connection last;
        synchronized (this) {
            closed = true;
            last = current;
        }
        if (last != null) {
            last.abort();
        }
    }

    /** One connection; messages come in parts and are put together. */
    private final class Connection implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private volatile WebSocket socket;
        private volatile boolean aborted;

        void abort() {
            aborted = true;
            WebSocket open = socket;
            if (open != null) {
                open.abort();
            }
        }

        void ended() {
            reconnect(this);
        }

        @Override
        public void onOpen(WebSocket opened) {
            socket = opened;
            if (aborted) {
                opened.abort();
                return;
            }
            lastHeard = System.nanoTime();
            var unused = opened.sendText(FLAGS, true).whenComplete((sent, trouble) -> {
                if (trouble == null) {
                    listener.connected(clientId());
                }
            });
            opened.request(1);
        }

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
            lastHeard = System.nanoTime();
            if (text.length() + part.length() > MAX_MESSAGE) {
                return tooLong();
            }
            text.append(part);
            if (last) {
                String whole = text.toString();
                text.setLength(0);
                hear(() -> message(whole));
            }
            from.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onBinary(WebSocket from, ByteBuffer part, boolean last) {
            lastHeard = System.nanoTime();
            if (bytes.size() + part.remaining() > MAX_MESSAGE) {
                return tooLong();
            }
            byte[] more = new byte[part.remaining()];
            part.get(more);
            bytes.writeBytes(more);
            if (last) {
                byte[] whole = bytes.toByteArray();
                bytes.reset();
                hear(() -> PreviewFrame.read(whole).ifPresent(listener::frame));
            }
            from.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onPong(WebSocket from, ByteBuffer message) {
            lastHeard = System.nanoTime();
            from.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            ended();
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable trouble) {
            ended();
        }

        private CompletionStage<?> tooLong() {
            abort();
            ended();
            return null;
        }

        private void message(String whole) {
            JsonNode message;
            try {
                message = ComfyHttp.JSON.readTree(whole);
            } catch (IOException e) {
                return; // not for us
            }
            String type = message.path("type").asText();
            if (type.equals("status")) {
                adopt(message.path("data").path("sid").asText(""));
            }
            listener.message(type, message.path("data"));
        }

        /** A message that surprises us must not end the socket: the truth is asked for anyway. */
        private void hear(Runnable message) {
            try {
                message.run();
            } catch (RuntimeException surprise) {
                lastHeard = System.nanoTime();
            }
        }
    }
}
