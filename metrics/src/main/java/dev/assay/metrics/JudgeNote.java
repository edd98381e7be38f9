package dev.assay.metrics;

import dev.assay.harness.nn.judge.JudgeRates;
import dev.assay.harness.nn.judge.VlmJudge;
import dev.assay.harness.suite.Calibration;
import dev.assay.harness.verdict.Rates;
import java.util.Locale;

/** What a reader of a score must know of the judge who gave it. */
final class JudgeNote {
    private static final double CONFIDENCE = 0.90;

    private JudgeNote() {}

    static String of(VlmJudge judge) {
        return "judge " + judge.name() + ", "
                + judge.rates().map(JudgeNote::words).orElse("uncalibrated: nobody measured how often it errs");
    }

    private static String words(JudgeRates rates) {
        String on = " on " + rates.set();
        if (!rates.isEnough()) {
            return "uncalibrated: " + rates.ofYes() + " questions with the answer yes and "
                    + rates.ofNo() + " with no" + on + " are too few, " + JudgeRates.MIN_ANSWERS
                    + " of each are needed";
        }
        return "right where the answer is yes " + share(rates.yesRight(), rates.ofYes()) + ", where it is no "
                + share(rates.noRight(), rates.ofNo()) + on;
    }

    private static String share(int right, int all) {
        Rates.Interval interval = Rates.wilson(right, all, CONFIDENCE);
        return String.format(
                Locale.ROOT,
                "%.0f %% (%.0f to %.0f)",
                100.0 * right / all,
                100 * interval.lower(),
                100 * interval.upper());
    }

    /**
     * Error rates that correct a mean of probabilities: E[P(yes)] is rate * meanOfYes + (1 - rate) * meanOfNo, which is Rogan and Gladen's
     * equation with means in place of shares. As counts, since their uncertainty comes from them; that of shares is never the smaller one.
     *
     * @return null where nobody measured, on too few questions, or where yes is no likelier when it is right
     */
    static Calibration calibration(VlmJudge judge) {
        return judge.rates()
                .filter(r -> r.isEnough() && r.isInformative())
                .map(r -> new Calibration(r.ofYes(), r.yesesOfYes(), r.ofNo(), r.yesesOfNo()))
                .orElse(null);
    }
}
