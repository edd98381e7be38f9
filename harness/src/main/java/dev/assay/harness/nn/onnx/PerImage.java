package dev.assay.harness.nn.onnx;

import dev.assay.harness.image.Image;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.Function;

/** What was found in a picture, for as long as the picture itself is in memory: several metrics ask the same of it. */
final class PerImage<T> {
    private final Map<Image, T> found = Collections.synchronizedMap(new WeakHashMap<>());

    T get(Image image, Function<Image, T> find) {
        T known = found.get(image);
        if (known == null) {
            known = find.apply(image); // outside the lock: a second asker may find the same once more
            found.put(image, known);
        }
        return known;
    }
}
