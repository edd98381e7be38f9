package dev.assay.harness.run;

import dev.assay.harness.model.FileHashes;
import dev.assay.harness.model.ModelUnderTest;
import dev.assay.harness.render.Infotext;
import dev.assay.harness.render.Picture;
import dev.assay.harness.render.PictureOrigin;
import dev.assay.harness.render.RenderSession;
import dev.assay.harness.render.RenderStore;
import dev.assay.harness.render.Rendered;
import dev.assay.harness.render.Renderer;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;

/**
 * One renderer and the pictures it gets, in order.
 *
 * @param sink gets them, each with its place in the run
 * @param files of the models, which must not change
 */
record RenderWorker(
        Renderer renderer,
        List<RenderTask> shots,
        BiConsumer<RenderTask, Picture> sink,
        RenderStore store,
        RenderStats tally,
        FileHashes files) {
    /** How a lane ended; {@code trouble} is null when all its pictures are there. */
    record End(Renderer renderer, RuntimeException trouble) {}

    /** Runs all lanes at once, each in a thread of its own where there are several, until every one has ended. */
    static List<End> run(List<RenderWorker> lanes) {
        if (lanes.size() == 1) {
            return List.of(lanes.get(0).end());
        }
        ExecutorService threads = Executors.newFixedThreadPool(lanes.size());
        try {
            List<Future<End>> ends =
                    lanes.stream().map(lane -> threads.submit(lane::end)).toList();
            List<End> all = new ArrayList<>();
            for (Future<End> end : ends) {
                all.add(end.get());
            }
            return all;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while pictures were made", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error; // nothing to go on with
            }
            throw new IllegalStateException(e.getCause());
        } finally {
            threads.shutdownNow();
        }
    }

    private End end() {
        try {
            get();
            return new End(renderer, null);
        } catch (RuntimeException trouble) {
            return new End(renderer, trouble);
        }
    }

    private void get() {
        int expected = toMake();
        tally.expect(shots.size(), expected);
        Map<String, List<RenderTask>> missing =
                new LinkedHashMap<>(); // by key: base and candidate may be the same model
        shots.forEach(
                s -> missing.computeIfAbsent(s.key(), key -> new ArrayList<>()).add(s));
        missing.entrySet().removeIf(same -> {
            Optional<Picture> found = store.find(same.getKey());
            found.ifPresent(picture -> reuse(same.getValue(), picture));
            return found.isPresent();
        });
        tally.expect(0, missing.size() - expected);
        make(List.copyOf(missing.values()));
    }

    /** @param missing the places of each picture */
    private void make(List<List<RenderTask>> missing) {
        List<RenderTask> first = missing.stream().map(same -> same.get(0)).toList();
        List<ModelUnderTest> models =
                first.stream().map(s -> s.request().model()).distinct().toList();
        try (RenderSession session = renderer.begin(models, tally)) {
            for (int i = 0; i < missing.size(); i++) {
                if (i + 1 < missing.size()) {
                    session.prefetch(first.get(i + 1).request());
                }
                Picture picture = make(session, first.get(i));
                reuse(missing.get(i).subList(1, missing.get(i).size()), picture);
            }
        }
    }

    private Picture make(RenderSession session, RenderTask shot) {
        String which = "the " + shot.role() + "'s picture with seed "
                + shot.request().seed() + " of \"" + shot.request().prompt() + "\"";
        tally.begins();
        files.requireUnchanged("before " + which + " was made");
        Rendered rendered = session.render(shot.request());
        files.requireUnchanged("while " + which + " was made"); // nothing of doubtful files goes to the store
        Picture picture = store.put(
                PictureOrigin.rendered(shot.request(), shot.modelHash(), renderer),
                rendered,
                Infotext.with(shot.request(), renderer.sent(shot.request())));
        sink.accept(shot, picture);
        tally.made(shot.role(), rendered.cost(), bytes(picture));
        return picture;
    }

    private static long bytes(Picture picture) {
        try {
            return Files.size(picture.file());
        } catch (IOException unknown) {
            return 0;
        }
    }

    /** How many pictures are in no file of the store, at a glance: a file may prove to be damaged. */
    int toMake() {
        return (int) shots.stream()
                .map(RenderTask::key)
                .distinct()
                .filter(key -> !store.has(key))
                .count();
    }

    private void reuse(List<RenderTask> places, Picture picture) {
        for (RenderTask shot : places) {
            sink.accept(shot, picture.again());
            tally.reused(shot.role());
        }
    }
}
