package dev.assay.harness.image;

import com.drew.imaging.jpeg.JpegMetadataReader;
import com.drew.imaging.jpeg.JpegProcessingException;
import com.drew.metadata.Metadata;
import com.drew.metadata.exif.ExifReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;

/** JPEG files, by the JDK's decoder; a file cut short or with damaged data is refused, where the decoder would paint it grey. */
final class Jpeg {
    private Jpeg() {}

    static PictureFile decode(byte[] file) {
        Exif exif = Exif.of(metadata(file));
        Image image = Decoder.decode("jpeg", file);
        return new PictureFile(exif.turn(image), exif.text(), PictureFile.Format.JPEG, true);
    }

    /** EXIF alone: what else a JPEG may carry is not looked at. */
    private static Metadata metadata(byte[] file) {
        try {
            return JpegMetadataReader.readMetadata(new ByteArrayInputStream(file), List.of(new ExifReader()));
        } catch (JpegProcessingException | IOException | RuntimeException e) {
            return new Metadata(); // text is no reason to refuse a picture; the decoder has the say
        }
    }
}
