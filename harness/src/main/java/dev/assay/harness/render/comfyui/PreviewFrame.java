package dev.assay.harness.render.comfyui;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A binary message of the WebSocket that holds a picture: 4 bytes of event, then its payload, big-endian. Ids are empty when
 * the frame does not say.
 */
final class PreviewFrame {
    private static final int PREVIEW_IMAGE = 1;
    private static final int PREVIEW_IMAGE_WITH_METADATA = 4;
    private static final int PNG_FORMAT = 2;

    private final String promptId;
    private final String nodeId;
    private final boolean png;
    private final byte[] picture;

    private PreviewFrame(String promptId, String nodeId, boolean png, byte[] picture) {
        this.promptId = promptId;
        this.nodeId = nodeId;
        this.png = png;
        this.picture = picture;
    }

    String promptId() {
        return promptId;
    }

    String nodeId() {
        return nodeId;
    }

    /** Previews of latents are JPEG. */
    boolean png() {
        return png;
    }

    byte[] picture() {
        return picture.clone();
    }

    /** Empty for other events and for a frame that is not as it should be: nothing depends on one. */
    static Optional<PreviewFrame> read(byte[] frame) {
        ByteBuffer in = ByteBuffer.wrap(frame);
        if (in.remaining() < 8) {
            return Optional.empty();
        }
        int event = in.getInt();
        int second = in.getInt();
        if (event == PREVIEW_IMAGE) {
            return Optional.of(new PreviewFrame("", "", second == PNG_FORMAT, rest(in)));
        }
        if (event != PREVIEW_IMAGE_WITH_METADATA || second < 2 || second > in.remaining()) {
            return Optional.empty();
        }
        byte[] json = new byte[second];
        in.get(json);
        try {
            JsonNode about = ComfyHttp.JSON.readTree(json);
            return Optional.of(new PreviewFrame(
                    about.path("prompt_id").asText(),
                    about.path("node_id").asText(),
                    about.path("image_type").asText().equals("image/png"),
                    rest(in)));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static byte[] rest(ByteBuffer in) {
        byte[] rest = new byte[in.remaining()];
        in.get(rest);
        return rest;
    }
}
