package dev.assay.harness.run;

import dev.assay.harness.nn.judge.HttpJudge;
import dev.assay.harness.nn.judge.JudgeException;
import dev.assay.harness.nn.judge.JudgeOptions;
import dev.assay.harness.nn.judge.VisionJudge;
import dev.assay.harness.score.UnavailableException;
import java.nio.file.Path;

/** The judge that the settings {@code assay.judge.*} name. One that cannot be used is asked for once, not by every criterion again. */
final class Judges {
    private static final String ANSWERS = ".assay/judge"; // below the root

    private final Settings settings;
    private final Path root;
    private UnavailableException trouble;

    Judges(Settings settings, Path root) {
        this.settings = settings;
        this.root = root;
    }

    /** @throws UnavailableException with what to do */
    VisionJudge get() {
        if (trouble == null) {
            try {
                return open();
            } catch (JudgeException e) {
                trouble = new UnavailableException(e.getMessage(), e);
            } catch (UnavailableException e) {
                trouble = e;
            }
        }
        throw trouble;
    }

    private VisionJudge open() {
        String url = settings.get(JudgeOptions.URL);
        if (url == null) {
            throw new UnavailableException(
                    "no judge is named: start a server with a vision model (docs/judge.md) and give its address, as -D"
                            + JudgeOptions.URL + "=http://127.0.0.1:8080/v1");
        }
        String token = System.getenv(JudgeOptions.TOKEN);
        JudgeOptions options = new JudgeOptions(
                url,
                settings.get(JudgeOptions.MODEL),
                token == null || token.isBlank() ? null : token.strip(),
                "words".equals(settings.get(JudgeOptions.ANSWERS)),
                JudgeOptions.Times.STANDARD);
        return HttpJudge.open(options, root.resolve(ANSWERS));
    }
}
