package dev.assay.harness.render.comfyui;

import dev.assay.harness.model.Checkpoint;
import dev.assay.harness.model.ModelUnderTest;
import dev.assay.harness.render.PictureOrigin;
import dev.assay.harness.render.RenderRequest;
import dev.assay.harness.render.RenderSession;
import dev.assay.harness.render.RenderStore;
import dev.assay.harness.render.Rendered;
import dev.assay.harness.suite.GenerationSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * What Assay adds to a server's own render time: wall time of pictures in a row against the sum of the server's seconds, at
 * one second per picture. Arguments: pictures, milliseconds each, side in pixels.
 */
final class OverheadBenchmark {
    private OverheadBenchmark() {}

    public static void main(String[] args) throws Exception {
        int pictures = args.length > 0 ? Integer.parseInt(args[0]) : 20;
        int millis = args.length > 1 ? Integer.parseInt(args[1]) : 1000;
        int side = args.length > 2 ? Integer.parseInt(args[2]) : 512;
        ModelUnderTest model = new ModelUnderTest(new Checkpoint(Path.of("sd15.safetensors")), List.of());
        GenerationSettings settings = new GenerationSettings(side, side, 4, 7, "euler", "normal", 0);
        for (boolean announced : new boolean[] {true, false}) {
            for (boolean silent : new boolean[] {false, true}) {
                try (FakeComfy fake = new FakeComfy();
                        ComfyUiRenderer renderer = ComfyUiRendererTest.open(fake);
                        RenderSession session = renderer.begin(List.of(model), (done, of) -> {})) {
                    fake.renderMillis = millis;
                    fake.silentSocket = silent;
                    renderer.check(model, settings);
                    RenderStore store = new RenderStore(Files.createTempDirectory("assay-overhead"));
                    session.render(request(model, settings, 0)); // loads classes
                    double server = 0;
                    long start = System.nanoTime();
                    for (int i = 1; i <= pictures; i++) {
                        RenderRequest request = request(model, settings, i);
                        if (announced && i < pictures) {
                            session.prefetch(request(model, settings, i + 1));
                        }
                        Rendered picture = session.render(request);
                        store.put(PictureOrigin.rendered(request, "hash", renderer), picture, renderer.sent(request));
                        server += picture.cost().seconds();
                    }
                    double wall = (System.nanoTime() - start) / 1e9;
                    System.out.printf(
                            Locale.ROOT,
                            "%d pictures of %d x %d, %s, socket %s: wall %.3f s, server %.3f s, overhead %.2f %%%n",
                            pictures,
                            side,
                            side,
                            announced ? "announced" : "one by one",
                            silent ? "silent" : "heard",
                            wall,
                            server,
                            100 * (wall - server) / server);
                }
            }
        }
    }

    private static RenderRequest request(ModelUnderTest model, GenerationSettings settings, long seed) {
        return new RenderRequest(model, "a cat", "", seed, settings, 0);
    }
}
