package dev.assay.harness.image;

import com.drew.lang.ByteArrayReader;
import com.drew.metadata.Metadata;
import com.drew.metadata.MetadataException;
import com.drew.metadata.StringValue;
import com.drew.metadata.exif.ExifIFD0Directory;
import com.drew.metadata.exif.ExifReader;
import com.drew.metadata.exif.ExifSubIFDDirectory;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What EXIF says of a picture.
 *
 * @param orientation 1 to 8 as in EXIF: 1 is upright
 * @param text {@code parameters} from UserComment (A1111 and its kin), {@code prompt} and {@code workflow} from the tags for
 *     the camera's model and make (ComfyUI)
 */
record Exif(int orientation, Map<String, String> text) {
    private static final byte[] EXIF_START = {'E', 'x', 'i', 'f', 0, 0}; // some writers keep JPEG's prefix
    private static final int CODE_BYTES = 8; // names the encoding of a UserComment

    /** Of a chunk of WebP or PNG; nothing where it cannot be read. */
    static Metadata metadata(byte[] data) {
        Metadata metadata = new Metadata();
        boolean prefixed = data.length > EXIF_START.length
                && Arrays.equals(data, 0, EXIF_START.length, EXIF_START, 0, EXIF_START.length);
        try {
            new ExifReader().extract(new ByteArrayReader(data, prefixed ? EXIF_START.length : 0), metadata);
        } catch (RuntimeException e) {
            return new Metadata(); // text is no reason to refuse a picture
        }
        return metadata;
    }

    static Exif of(Metadata metadata) {
        Map<String, String> text = new LinkedHashMap<>();
        int orientation = 1;
        for (ExifIFD0Directory main : metadata.getDirectoriesOfType(ExifIFD0Directory.class)) {
            orientation = orientation(main);
            labelled(main, ExifIFD0Directory.TAG_MODEL, "prompt", text);
            labelled(main, ExifIFD0Directory.TAG_MAKE, "workflow", text);
        }
        for (ExifSubIFDDirectory sub : metadata.getDirectoriesOfType(ExifSubIFDDirectory.class)) {
            byte[] comment = sub.getByteArray(ExifSubIFDDirectory.TAG_USER_COMMENT);
            if (comment != null && comment.length > CODE_BYTES) {
                text.put("parameters", comment(comment));
            }
        }
        return new Exif(orientation, text);
    }

    private static int orientation(ExifIFD0Directory main) {
        try {
            int found = main.containsTag(ExifIFD0Directory.TAG_ORIENTATION)
                    ? main.getInt(ExifIFD0Directory.TAG_ORIENTATION)
                    : 1;
            return found >= 1 && found <= 8 ? found : 1;
        } catch (MetadataException e) {
            return 1; // no number: as if absent, which is what viewers do
        }
    }

    /** ComfyUI writes {@code prompt:JSON} into a tag meant for something else. */
    private static void labelled(ExifIFD0Directory main, int tag, String label, Map<String, String> text) {
        StringValue value = main.getStringValue(tag);
        String found = value == null ? "" : new String(value.getBytes(), StandardCharsets.UTF_8);
        if (found.startsWith(label + ":")) {
            text.put(label, found.substring(label.length() + 1).strip());
        }
    }

    private static String comment(byte[] bytes) {
        String code = new String(bytes, 0, CODE_BYTES, StandardCharsets.ISO_8859_1);
        Charset charset = code.startsWith("UNICODE") ? utf16(bytes) : StandardCharsets.UTF_8;
        return new String(bytes, CODE_BYTES, bytes.length - CODE_BYTES, charset).replace("\0", "");
    }

    /** EXIF leaves the byte order open; the zeros of mostly Latin text tell it. */
    private static Charset utf16(byte[] bytes) {
        int even = 0;
        int odd = 0;
        for (int i = CODE_BYTES; i + 1 < bytes.length; i += 2) {
            even += bytes[i] == 0 ? 1 : 0;
            odd += bytes[i + 1] == 0 ? 1 : 0;
        }
        return odd > even ? StandardCharsets.UTF_16LE : StandardCharsets.UTF_16BE;
    }

    /** The picture upright. */
    Image turn(Image image) {
        if (orientation == 1) {
            return image;
        }
        boolean swaps = orientation >= 5;
        int width = swaps ? image.height() : image.width();
        int height = swaps ? image.width() : image.height();
        byte[] from = image.rgb();
        byte[] to = new byte[from.length];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int a = swaps ? y : x; // along the stored width
                int b = swaps ? x : y;
                boolean flipA = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
                boolean flipB = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
                int sx = flipA ? image.width() - 1 - a : a;
                int sy = flipB ? image.height() - 1 - b : b;
                System.arraycopy(from, (sy * image.width() + sx) * 3, to, (y * width + x) * 3, 3);
            }
        }
        return Image.of(width, height, to);
    }
}
