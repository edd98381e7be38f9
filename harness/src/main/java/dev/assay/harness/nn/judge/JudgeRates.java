package dev.assay.harness.nn.judge;

/**
 * How a judge did on questions whose answers are known.
 *
 * @param yesRight answer yes, judge says yes (P(yes) above 0.5)
 * @param yesWrong answer yes, judge says no
 * @param noRight answer no, judge says no
 * @param noWrong answer no, judge says yes
 * @param meanOfYes mean P(yes) where the answer is yes; NaN without such a question
 * @param meanOfNo mean P(yes) where the answer is no; NaN without such a question
 * @param unanswered questions without an answer
 * @param set name and version of the labelled set
 */
public record JudgeRates(
        int yesRight,
        int yesWrong,
        int noRight,
        int noWrong,
        double meanOfYes,
        double meanOfNo,
        int unanswered,
        String set) {
    /** Labelled questions of each answer below which nothing is known. */
    public static final int MIN_ANSWERS = 20;

    /** Questions with the answer yes. */
    public int ofYes() {
        return yesRight + yesWrong;
    }

    /** Questions with the answer no. */
    public int ofNo() {
        return noRight + noWrong;
    }

    /** As many yeses as the probabilities add up to, where the answer is yes. */
    public int yesesOfYes() {
        return (int) Math.round(ofYes() * meanOfYes);
    }

    /** As many yeses as the probabilities add up to, where the answer is no. */
    public int yesesOfNo() {
        return (int) Math.round(ofNo() * meanOfNo);
    }

    /** Whether yes is likelier where it is right: else the judge guesses, or is contrary. */
    public boolean isInformative() {
        return (long) yesesOfYes() * ofNo() > (long) yesesOfNo() * ofYes();
    }

    /** Enough questions of both answers to speak of rates. */
    public boolean isEnough() {
        return ofYes() >= MIN_ANSWERS && ofNo() >= MIN_ANSWERS;
    }
}
