package dev.assay.harness.run;

import dev.assay.harness.image.Image;
import dev.assay.harness.render.Picture;
import dev.assay.harness.suite.PromptCase;
import dev.assay.harness.suite.Suite;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The pictures of one case: {@code base.get(i)} and {@code candidate.get(i)} are a pair. */
record CasePictures(PromptCase prompt, List<Picture> base, List<Picture> candidate) {
    private static final int BATCH = 64; // pictures, more than any network takes at once
    private static final int SHARE = 8; // of the heap, one part for the pictures of a batch

    Stream<Picture> all() {
        return Stream.concat(base.stream(), candidate.stream());
    }

    /** @param picture gives that of a pair and a {@link RenderTask#role} */
    static List<CasePictures> all(Suite suite, BiFunction<RenderQueue.Pair, String, Picture> picture) {
        return IntStream.range(0, suite.cases().size())
                .mapToObj(i -> {
                    PromptCase c = suite.cases().get(i);
                    List<RenderQueue.Pair> pairs = IntStream.range(0, c.seeds().size())
                            .mapToObj(s -> new RenderQueue.Pair(i, s))
                            .toList();
                    return new CasePictures(
                            c,
                            pairs.stream()
                                    .map(p -> picture.apply(p, RenderTask.BASE))
                                    .toList(),
                            pairs.stream()
                                    .map(p -> picture.apply(p, RenderTask.CANDIDATE))
                                    .toList());
                })
                .toList();
    }

    /**
     * In order, as many at once as networks like and memory takes; a single case may be more than that.
     *
     * @param needed the pictures of a case that are looked at
     */
    static List<List<CasePictures>> batches(List<CasePictures> cases, Function<CasePictures, Stream<Picture>> needed) {
        List<List<CasePictures>> batches = new ArrayList<>();
        int room = 0;
        for (CasePictures c : cases) {
            List<Picture> pictures = needed.apply(c).toList();
            if (batches.isEmpty() || room < pictures.size()) {
                batches.add(new ArrayList<>());
                room = pictures.isEmpty() ? 0 : room(pictures.get(0).image());
            }
            room -= pictures.size();
            batches.get(batches.size() - 1).add(c);
        }
        return batches;
    }

    private static int room(Image any) {
        return (int) Math.min(BATCH, Runtime.getRuntime().maxMemory() / SHARE / any.bytes());
    }
}
