package dev.assay.harness.image;

/** The noise of golden_images.py: ISO C's example of a linear congruential generator. */
final class Noise {
    private Noise() {}

    static Image of(int width, int height, int seed) {
        byte[] rgb = new byte[width * height * 3];
        long state = seed;
        for (int i = 0; i < rgb.length; i++) {
            state = (1103515245L * state + 12345) & 0x7fffffff;
            rgb[i] = (byte) (state >> 16);
        }
        return Image.of(width, height, rgb);
    }

    /** Golden values of Pillow. */
    static com.fasterxml.jackson.databind.JsonNode golden() throws java.io.IOException {
        try (java.io.InputStream in = Noise.class.getResourceAsStream("/golden/images.json")) {
            return new com.fasterxml.jackson.databind.ObjectMapper().readTree(in);
        }
    }

    static String sha256(Image image) throws java.security.NoSuchAlgorithmException {
        return java.util.HexFormat.of()
                .formatHex(java.security.MessageDigest.getInstance("SHA-256").digest(image.rgb()));
    }
}
