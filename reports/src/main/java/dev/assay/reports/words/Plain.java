package dev.assay.reports.words;

import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.score.Direction;
import dev.assay.harness.score.Family;
import dev.assay.harness.score.GridPattern;
import dev.assay.harness.suite.Criterion.Rule;
import dev.assay.harness.text.Numbers;
import dev.assay.harness.verdict.BuiltIn;
import java.util.List;
import java.util.Locale;

/**
 * What a criterion's outcome means for the pictures, in words that need no statistics. The reason of the verdict, with its interval, stands
 * beside it and is never replaced.
 *
 * @param seeds pictures of a prompt; 0 where that is not known
 */
public record Plain(VerdictEntry verdict, int seeds) {
    public static Plain of(VerdictEntry verdict) {
        return new Plain(verdict, 0);
    }

    public static Plain of(VerdictEntry verdict, int seeds) {
        return new Plain(verdict, seeds);
    }

    /** {@link #sentence}, or the reason where that says it all. */
    public String words() {
        String sentence = sentence();
        return sentence.isEmpty() ? Words.block(verdict.reason()) : sentence;
    }

    /** In one line for lists: the sentence, then the reason with its numbers. */
    public String line() {
        String sentence = sentence();
        return sentence.isEmpty() ? verdict.reason() : sentence + "; " + verdict.reason();
    }

    private String metric() {
        return Words.line(verdict.metric(), 60);
    }

    private Family family() {
        return verdict.family();
    }

    private String unit() {
        return Words.line(verdict.unit(), 60);
    }

    private Rule rule() {
        return verdict.rule();
    }

    private Double estimate() {
        return verdict.estimate();
    }

    /** One sentence without a full stop; empty where the reason already says it all. */
    public String sentence() {
        if (estimate() == null) {
            return "";
        }
        return switch (verdict.outcome()) {
            case REGRESSED -> worse();
            case INCONCLUSIVE -> "Not decided: " + lower(seen());
            case PASSED -> passed();
            case UNAVAILABLE, BROKEN -> "";
        };
    }

    private String passed() {
        if (rule() == Rule.HAS_EFFECT) {
            return "It changes what one sees: by " + Words.number(estimate()) + " " + unit() + " on average";
        }
        if (rule() == Rule.NO_NEW_DEFECTS) {
            return BuiltIn.NAMES.contains(metric())
                    ? ""
                    : "None of " + Numbers.counted(verdict.pairs(), "pair", "pairs")
                            + " is worse than the base's picture";
        }
        return bound().isEmpty() ? "" : seen() + "; " + bound();
    }

    /** What a PASSED rules out, and no more: a wide interval under a wide margin is green too. */
    private String bound() {
        if (verdict.interval() == null) {
            return "";
        }
        if (metric().equals("trigger-leak")) {
            return "more than " + Numbers.percent(verdict.high()) + " is ruled out";
        }
        double low = verdict.low();
        double high = verdict.high();
        double most = switch (verdict.better()) {
            case HIGHER -> -low;
            case LOWER -> high;
            case TWO_SIDED -> Math.max(-low, high);
        };
        return most <= 0
                ? "any worsening is ruled out"
                : "worse by more than " + amount(most) + " is ruled out, less is not";
    }

    private String worse() {
        if (rule() == Rule.NO_NEW_DEFECTS && !BuiltIn.NAMES.contains(metric())) {
            return heads() + gained() + allowed();
        }
        return switch (metric()) {
            case "effect", "lpips-effect" ->
                "It changes nothing that one could see: " + Words.number(estimate()) + " " + unit() + " from the base";
            case "grid" -> pattern() + ": " + amount(estimate()) + allowed();
            case "distinct" ->
                Math.round(100 * estimate())
                        + " % of the pictures are the same as another one, or nearly, where the base's" + " differ";
            case "vendi" -> "Seeds look alike" + varies() + alike() + allowed();
            case "trigger-leak" -> leak() + " (up to " + Numbers.percent(verdict.margin()) + " is usual)";
            case "prompt-vendi" -> "Different prompts look alike: " + fewer() + " different pictures" + allowed();
            default ->
                (isDiversity() ? "Seeds look alike" + varies() : heads())
                        + (hasMeans() ? means() : ": " + change())
                        + allowed();
        };
    }

    /** What was found, good or bad; empty where nothing was compared. */
    String seen() {
        if (estimate() == null) {
            return "";
        }
        return switch (metric()) {
            case "grid" -> "Pattern on the pixel grid: " + change() + " against the base";
            case "vendi" -> "Different pictures of a prompt" + diversity();
            case "trigger-leak" -> leak();
            case "prompt-vendi" -> "Different pictures of all prompts: " + fewer();
            default -> subject() + (means().isEmpty() ? ": " + change() : means());
        };
    }

    private String leak() {
        return "Without its trigger words " + Numbers.percent(estimate()) + " of its effect is there";
    }

    /** Pairs that have the defect in the candidate alone; nothing where a view has no measurements. */
    private String gained() {
        long worse = verdict.measurements().stream()
                .filter(m -> verdict.better() == Direction.HIGHER ? m.difference() < 0 : m.difference() > 0)
                .count();
        return worse == 0
                ? ""
                : ": " + worse + " of " + Numbers.counted(verdict.pairs(), "pair", "pairs")
                        + ", where the base's is right";
    }

    private boolean isDiversity() {
        return family() == Family.DIVERSITY && !metric().equals("copies");
    }

    /** {@code  (most in material, weather)}: what the worst prompts leave open. */
    private String varies() {
        List<String> open = verdict.worst().stream()
                .filter(w -> w.difference() < 0 && w.varies() != null)
                .map(w -> Words.line(w.varies(), 60))
                .distinct()
                .toList();
        return open.isEmpty() ? "" : " (most in " + String.join(", ", open) + ")";
    }

    /** {@code Things, counts, colours or places of the prompt are missing more often}. */
    private String heads() {
        return switch (metric()) {
            case "blank-frame" -> "Some pictures show nothing";
            case "limbs" -> "More figures have a hand or foot too many or too few";
            case "hands", "hand-iqa" -> "More hands are wrong";
            case "faces" -> "More faces are wrong";
            case "pose" -> "More limbs are where or as long as none can be";
            case "pose-confidence" -> "Joints of people are harder to find";
            case "people" -> "More pictures have the wrong number of people";
            case "objects" -> "Less of what the prompts ask for is there";
            case "clip-score", "siglip-score", "vqa-score" -> "Pictures show less of their prompt";
            case "r-precision" -> "Fewer pictures are closest to their own prompt";
            case "tag-recall" -> "Fewer of the prompts' tags are found again";
            case "copies" -> "More pictures are copies of training pictures";
            case "seconds" -> "A picture takes longer";
            case "memory" -> "A picture takes more device memory";
            default ->
                switch (family()) {
                    case ANATOMY -> "More bodies are wrong";
                    case ADHERENCE -> "Pictures show less of their prompt";
                    case AESTHETIC -> "Pictures are less pleasing";
                    case ARTIFACT -> "More pictures are defective";
                    default -> "Worse than the base";
                };
        };
    }

    private String subject() {
        return switch (metric()) {
            case "limbs" -> "Figures with a hand or foot too many or too few";
            case "hands", "hand-iqa" -> "Wrong hands";
            case "faces" -> "Wrong faces";
            case "people" -> "Wrong numbers of people";
            case "pose" -> "Impossible limbs";
            case "pose-confidence" -> "How surely joints are found";
            case "objects" -> "What the prompts ask for is there";
            case "r-precision" -> "Pictures that are closest to their own prompt";
            case "clip-score", "siglip-score", "vqa-score" -> "How well pictures fit their prompt";
            case "tag-recall" -> "The prompts' tags that are found again";
            case "copies" -> "Copies of training pictures";
            case "seconds" -> "Time for a picture";
            case "memory" -> "Device memory for a picture";
            default ->
                switch (family()) {
                    case ANATOMY -> "Bodies";
                    case ADHERENCE -> "How well pictures fit their prompt";
                    case AESTHETIC -> "How pleasing pictures are";
                    case DIVERSITY -> "How different the seeds of a prompt are";
                    default -> means().isEmpty() ? "Candidate minus base" : "Base → candidate";
                };
        };
    }

    private String pattern() {
        GridPattern found = verdict.pattern();
        if (found == null) {
            return "All pictures share a pattern on the pixel grid";
        }
        return found.shape() == GridPattern.Shape.CHECKERED
                ? "All pictures share a checkered pattern of " + found.period() + " pixels"
                : "All pictures share a pattern of " + found.period() + " pixels "
                        + found.shape().words();
    }

    /** The score is a logarithm of a number of pictures: {@code : 1.06 different pictures of 4, the base 1.25}. */
    private String alike() {
        return hasMeans()
                ? String.format(
                                Locale.ROOT,
                                ": %.2f different pictures%s, the base %.2f",
                                Math.exp(verdict.candidateMean()),
                                seeds > 0 ? " of " + seeds : "",
                                Math.exp(verdict.baseMean()))
                        + "; " + fewer()
                : "";
    }

    private String diversity() {
        return hasMeans()
                ? String.format(
                                Locale.ROOT,
                                ": %.2f → %.2f",
                                Math.exp(verdict.baseMean()),
                                Math.exp(verdict.candidateMean()))
                        + (seeds > 0 ? " of " + seeds : "") + ", " + fewer()
                : ": " + fewer();
    }

    private String fewer() {
        long percent = Math.round(100 * (Math.exp(estimate()) - 1));
        return percent == 0 ? "as many" : Math.abs(percent) + " % " + (percent < 0 ? "fewer" : "more");
    }

    boolean hasMeans() {
        return verdict.baseMean() != null && verdict.candidateMean() != null;
    }

    private String means() {
        return !hasMeans()
                ? ""
                : ": " + value(verdict.baseMean()) + " → " + value(verdict.candidateMean())
                        + (isShare() || unit().isEmpty() ? "" : " " + unit());
    }

    private String change() {
        return isShare()
                ? estimate() == 0 ? "as many as the base's" : Words.signed(100 * estimate()) + " points"
                : Words.signed(estimate()) + " " + unit();
    }

    private String allowed() {
        return switch (rule()) {
            case NO_NEW_DEFECTS -> " (none is allowed)";
            case NON_INFERIOR, DEFECT_RATE_NON_INFERIOR -> " (" + amount(verdict.margin()) + " allowed)";
            case HAS_EFFECT -> "";
            case SUPERIOR -> " (better by " + amount(verdict.margin()) + " asked)";
        };
    }

    /** A size on the axis of candidate minus base. */
    private String amount(double size) {
        if (unit().equals("log effective pictures")) {
            double percent = 100 * (1 - Math.exp(-size));
            return (Math.abs(percent) < 1 ? Words.number(percent) : Math.round(percent)) + " %";
        }
        return isShare() ? Words.number(100 * size) + " points" : Words.number(size) + " " + unit();
    }

    private String value(double mean) {
        return isShare() ? Words.number(100 * mean) + " %" : Words.number(mean);
    }

    /** Units that are parts of a whole. */
    boolean isShare() {
        return unit().endsWith("rate")
                || unit().startsWith("of ")
                || unit().equals("share")
                || rule() == Rule.DEFECT_RATE_NON_INFERIOR;
    }

    static String lower(String sentence) {
        return sentence.substring(0, 1).toLowerCase(Locale.ROOT) + sentence.substring(1);
    }
}
