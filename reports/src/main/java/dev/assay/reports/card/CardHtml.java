package dev.assay.reports.card;

import dev.assay.harness.text.Numbers;
import dev.assay.reports.card.VerdictCard.Part;
import dev.assay.reports.card.VerdictCard.Verdict;
import dev.assay.reports.words.Words;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The card for people: one page without a script, a font or a file from elsewhere. */
final class CardHtml {
    private static final String POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";
    private static final String STYLE = """
        :root{color-scheme:light dark;--paper:#fff;--ink:#1f2328;--soft:#59636e;--line:#d1d9e0;--panel:#f6f8fa;--mean:#7b3fb3;--limit:#cf222e}
        @media (prefers-color-scheme:dark){:root{--paper:#0d1117;--ink:#e6edf3;--soft:#9198a1;--line:#3d444d;--panel:#151b23;--mean:#b48af0;--limit:#ff7b72}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
        main{max-width:1080px;margin:0 auto;padding:24px 20px 40px}
        header{display:flex;flex-wrap:wrap;gap:6px 14px;align-items:center;margin-bottom:4px}
        h1{font-size:1.7rem;line-height:1.2;margin:0;overflow-wrap:anywhere;min-width:0}
        h2{font-size:1.1rem;margin:32px 0 10px}
        p{margin:6px 0;overflow-wrap:anywhere}
        .soft{color:var(--soft)}
        .pill{display:inline-block;color:#fff;border-radius:999px;padding:1px 10px;font-size:.8rem;font-weight:600;letter-spacing:.02em;white-space:nowrap}
        header .pill{font-size:1rem;padding:3px 14px}
        .plain{font-size:1.15rem;margin:12px 0}
        details{margin:4px 0}summary{cursor:pointer;color:var(--soft);min-height:24px}
        .box{background:var(--panel);border:1px solid var(--line);border-radius:8px;padding:10px 14px;margin:14px 0}
        .box ul{margin:4px 0;padding-left:20px}
        .box li{overflow-wrap:anywhere}
        .scroll{overflow-x:auto}
        table{border-collapse:collapse;width:100%;font-size:.9rem}
        th,td{text-align:left;vertical-align:top;padding:8px 10px;border-bottom:1px solid var(--line)}
        th{color:var(--soft);font-weight:600;white-space:nowrap}
        td.why{min-width:240px;overflow-wrap:anywhere}
        td.n{white-space:nowrap;font-variant-numeric:tabular-nums}
        .verdicts td:first-child{min-width:190px;overflow-wrap:anywhere}
        .bar .axis{stroke:var(--line)}.bar .zero{stroke:var(--soft);stroke-width:1.5}
        .bar .limit{stroke:var(--limit);stroke-width:1.5;stroke-dasharray:4 3}
        .bar .interval{fill:var(--mean);opacity:.5}.bar .mean{fill:var(--mean)}
        figure{margin:0 0 18px}
        figure img{max-width:100%;height:auto;border:1px solid var(--line);border-radius:6px;display:block}
        figcaption{color:var(--soft);font-size:.9rem;margin-bottom:4px;overflow-wrap:anywhere}
        dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:4px 16px;margin:0;font-size:.92rem}
        dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
        code{font:.86em ui-monospace,monospace}
        @media (max-width:560px){.verdicts,.verdicts tbody,.verdicts tr{display:block}.verdicts thead{display:none}
        .verdicts tr{padding:8px 0;border-bottom:1px solid var(--line)}.verdicts td{display:inline-block;border:0;padding:2px 14px 2px 0}
        .verdicts td.why{display:block;min-width:0}}
        @media (max-width:560px){dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:8px}main{padding:16px 12px}}
        """;

    private CardHtml() {}

    /** A picture in the page. */
    record Shown(String caption, String dataUri) {}

    static String of(VerdictCard card, List<Shown> pictures) {
        StringBuilder s = new StringBuilder(1 << 16);
        s.append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
                .append("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">")
                .append("<meta http-equiv=\"Content-Security-Policy\" content=\"")
                .append(POLICY)
                .append("\"><title>")
                .append(html(card.name() + ": " + card.outcome()))
                .append("</title><style>")
                .append(STYLE)
                .append("</style></head><body><main>\n");
        head(s, card);
        verdicts(s, card);
        pictures(s, pictures);
        facts(s, card);
        return s.append("</main></body></html>\n").toString();
    }

    private static void head(StringBuilder s, VerdictCard card) {
        s.append("<header>")
                .append(pill(card.outcome()))
                .append("<h1>")
                .append(html(card.name()))
                .append("</h1></header>\n<p class=\"soft\">against <b>")
                .append(html(card.base().name()))
                .append("</b> on suite <b>")
                .append(html(card.suite().name() + " " + card.suite().version()))
                .append("</b>, ")
                .append(card.suite().prompts())
                .append(" prompts, ")
                .append(card.suite().seedsPerPrompt())
                .append(" seeds each, ")
                .append(html(day(card.judged())))
                .append("</p>\n");
        if (card.override() != null) {
            s.append("<div class=\"box\"><b>Override.</b> ")
                    .append(html(card.override().who()))
                    .append(" lets it in: ")
                    .append(html(card.override().why()))
                    .append("</div>\n");
        }
        s.append("<p class=\"plain\">").append(html(card.plainly())).append("</p>\n");
        reasons(s, card);
        recommended(s, card);
    }

    /** What did not pass: what it means, and one fold deeper how it was decided. */
    private static void reasons(StringBuilder s, VerdictCard card) {
        List<Verdict> bad = card.criteria().judged().stream()
                .filter(v -> !v.outcome().equals("PASSED"))
                .toList();
        if (bad.isEmpty() || card.outcome().equals("BROKEN")) {
            list(s, "", card.reasons());
            return;
        }
        s.append("<div class=\"box\"><ul>");
        for (Verdict v : bad) {
            s.append("<li><b>").append(html(v.id())).append("</b> ");
            why(s, v);
            s.append("</li>");
        }
        card.criteria()
                .folded()
                .forEach(f -> s.append("<li>").append(html(f.line())).append("</li>"));
        s.append("</ul></div>\n");
    }

    /** In plain words first; the statistics, where they are not all there is to say, in a fold. */
    private static void why(StringBuilder s, Verdict v) {
        String plain = v.plain().sentence();
        if (plain.isEmpty()) {
            s.append(html(v.reason()));
        } else {
            s.append(html(plain))
                    .append("<details><summary>numbers</summary>")
                    .append(html(v.reason()))
                    .append("</details>");
        }
    }

    private static void recommended(StringBuilder s, VerdictCard card) {
        if (card.recommended() == null) {
            return;
        }
        s.append("<p>");
        if (card.recommended().strength() != null) {
            s.append("Strength <b>")
                    .append(Words.number(card.recommended().strength()))
                    .append("</b> is the one that passed")
                    .append(card.recommended()
                            .range("; with earlier runs of this file, those that passed go from ", " to "))
                    .append(". ");
        }
        if (!card.recommended().triggerWords().isEmpty()) {
            s.append("Trigger words, as the file states them: <b>")
                    .append(html(String.join(", ", card.recommended().triggerWords())))
                    .append("</b>.");
        }
        s.append("</p>\n");
    }

    private static void verdicts(StringBuilder s, VerdictCard card) {
        if (card.verdicts().isEmpty()) {
            return;
        }
        s.append("<h2>Criteria</h2>\n"
                + "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Criteria\"><table"
                + " class=\"verdicts\"><thead><tr><th>criterion</th><th>verdict</th><th>candidate −"
                + " base</th><th>interval and <span"
                + " style=\"color:var(--limit)\">margin</span></th><th>why</th></tr></thead><tbody>\n");
        for (Verdict v : card.criteria().judged()) {
            s.append("<tr><td><b>")
                    .append(html(v.id()))
                    .append("</b><br><span class=\"soft\">")
                    .append(html(v.family()))
                    .append("</span></td><td>")
                    .append(pill(v.outcome()))
                    .append("</td><td class=\"n\">")
                    .append(html(Words.signed(v.estimate())))
                    .append("<br><span class=\"soft\">")
                    .append(html(Words.line(v.unit(), 40)))
                    .append("</span></td><td>")
                    .append(IntervalBar.svg(v))
                    .append("</td><td class=\"why\">");
            why(s, v);
            s.append("</td></tr>\n");
        }
        card.criteria()
                .folded()
                .forEach(f -> s.append("<tr><td colspan=\"5\">")
                        .append(html(f.line()))
                        .append("</td></tr>\n"));
        s.append("</tbody></table></div>\n<p class=\"soft\">What each criterion asks: docs/metrics in Assay.</p>\n");
    }

    private static void pictures(StringBuilder s, List<Shown> pictures) {
        if (pictures.isEmpty()) {
            return;
        }
        s.append("<h2>Pictures</h2>\n");
        for (Shown p : pictures) {
            s.append("<figure><figcaption>")
                    .append(html(p.caption()))
                    .append("</figcaption><img alt=\"")
                    .append(html(p.caption()))
                    .append("\" src=\"")
                    .append(p.dataUri())
                    .append("\"></figure>\n");
        }
    }

    private static void facts(StringBuilder s, VerdictCard card) {
        s.append("<h2>What was judged</h2>\n<dl>");
        row(s, "kind", card.model().kind());
        row(s, "made for", card.model().family());
        row(s, "licence", card.model().licence());
        StringBuilder settings = new StringBuilder();
        for (Map.Entry<String, Object> e : card.settings().entrySet()) {
            settings.append(settings.isEmpty() ? "" : ", ")
                    .append(e.getKey())
                    .append(' ')
                    .append(e.getValue());
        }
        row(s, "pictures", settings.toString());
        row(
                s,
                "renderer",
                card.renderer().name() + " " + card.renderer().version() + ", "
                        + card.renderer().device());
        row(s, "run", card.run());
        s.append("</dl>\n<details><summary>Files and their SHA-256</summary>\n<dl>");
        files(s, "candidate", card.model().files());
        files(s, "base", card.base().files());
        s.append("<dt>suite file</dt><dd><code>")
                .append(html(card.suite().sha256()))
                .append("</code></dd>");
        card.weights().forEach((role, w) -> {
            row(s, "looked with", role + " " + w.reference() + ", licence " + w.licence());
            files(s, role, w.files());
        });
        s.append("</dl></details>\n");
        list(s, "Noticed", card.notes());
        s.append("<p class=\"soft\">PASSED: shown not to be worse than the margin allows. REGRESSED: shown to be worse."
                + " INCONCLUSIVE: neither. BROKEN: no judgement.</p>\n");
    }

    /** A diffusers folder has many small files: those with weights tell most. */
    private static void files(StringBuilder s, String what, List<Part> files) {
        List<Part> weights =
                files.stream().filter(f -> Words.isWeights(f.file())).toList();
        for (Part f : weights.isEmpty() ? files : weights) {
            s.append("<dt>")
                    .append(html(what))
                    .append("</dt><dd>")
                    .append(html(f.file()))
                    .append(f.strength() == null ? "" : " at strength " + Words.number(f.strength()))
                    .append(", ")
                    .append(Numbers.bytes(f.bytes()))
                    .append("<br><code>")
                    .append(f.sha256() == null ? "not read" : f.sha256())
                    .append("</code></dd>");
        }
    }

    private static void list(StringBuilder s, String title, List<String> lines) {
        if (lines.isEmpty()) {
            return;
        }
        s.append("<div class=\"box\">")
                .append(title.isEmpty() ? "" : "<b>" + title + "</b>")
                .append("<ul>");
        lines.forEach(l -> s.append("<li>").append(html(l)).append("</li>"));
        s.append("</ul></div>\n");
    }

    private static void row(StringBuilder s, String what, String value) {
        if (value != null && !value.isBlank()) {
            s.append("<dt>")
                    .append(html(what))
                    .append("</dt><dd>")
                    .append(html(value))
                    .append("</dd>");
        }
    }

    private static String pill(String outcome) {
        return "<span class=\"pill\" style=\"background:" + Badge.color(outcome) + "\">"
                + html(outcome.toUpperCase(Locale.ROOT)) + "</span>";
    }

    private static String day(String instant) {
        return instant.length() >= 10 ? instant.substring(0, 10) : instant;
    }

    private static String html(String text) {
        return Words.html(text);
    }
}
