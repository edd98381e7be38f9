package dev.assay.harness.run;

import static dev.assay.harness.run.SettingKeys.JUDGE_ANSWERS;
import static dev.assay.harness.run.SettingKeys.JUDGE_CALIBRATION;
import static dev.assay.harness.run.SettingKeys.JUDGE_MODEL;
import static dev.assay.harness.run.SettingKeys.JUDGE_URL;

import dev.assay.harness.nn.judge.HttpJudge;
import dev.assay.harness.nn.judge.JudgeException;
import dev.assay.harness.nn.judge.JudgeOptions;
import dev.assay.harness.nn.judge.JudgeRates;
import dev.assay.harness.nn.judge.VlmJudge;
import dev.assay.harness.score.UnavailableException;
import dev.assay.harness.suite.LabelledQuestions;
import java.nio.file.Path;
import java.util.Locale;

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
    VlmJudge get() {
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

    private VlmJudge open() {
        String url = settings.get(JUDGE_URL);
        if (url == null) {
            throw new UnavailableException(
                    "no judge is named: start a server with a vision model (docs/judge.md) and give its address, as -D"
                            + JudgeOptions.URL + "=http://127.0.0.1:8080/v1");
        }
        String token = settings.keyring().variables().get(JudgeOptions.TOKEN);
        JudgeOptions options = new JudgeOptions(
                url,
                settings.get(JUDGE_MODEL),
                token == null || token.isBlank() ? null : token.strip(),
                "words".equals(settings.get(JUDGE_ANSWERS)),
                JudgeOptions.Times.STANDARD);
        VlmJudge judge = HttpJudge.open(options, root.resolve(ANSWERS));
        String labelled = settings.get(JUDGE_CALIBRATION);
        if (labelled == null) {
            return judge;
        }
        try {
            return calibrated(judge, LabelledQuestions.read(root.resolve(labelled)));
        } catch (RuntimeException e) {
            judge.close();
            throw e;
        }
    }

    private static VlmJudge calibrated(VlmJudge judge, LabelledQuestions set) {
        JudgeCalibration calibrated = JudgeCalibration.of(judge, set);
        JudgeRates rates = calibrated.rates().orElseThrow();
        if (rates.isEnough() && !rates.isInformative()) {
            throw new UnavailableException(String.format(
                    Locale.ROOT,
                    "the judge %s guesses: on %s it says yes with %.2f where that is right, and with %.2f where it is"
                            + " wrong; use a better model",
                    judge.name(),
                    rates.set(),
                    rates.meanOfYes(),
                    rates.meanOfNo()));
        }
        return calibrated;
    }
}
