package dev.assay.reports.dashboard;

import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.verdict.Outcome;
import dev.assay.reports.Entries;
import dev.assay.reports.history.History;
import dev.assay.reports.history.RunSummary;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Texts that strangers may write into models, prompts and file names, and a site made of them. */
final class Hostile {
    static final List<String> TEXTS = List.of(
            "<script>window.__pwned=1;document.title='pwned'</script>",
            "</script><script>window.__pwned=2</script>",
            "<!--<script>window.__pwned=3",
            "<img src=x onerror=\"window.__pwned=4\">",
            "<svg/onload=window.__pwned=5>",
            "\"><input autofocus onfocus=window.__pwned=6>",
            "' onmouseover='window.__pwned=7' x='",
            "javascript:window.__pwned=8",
            "<a href=\"javascript:window.__pwned=9\">click</a>",
            "<iframe srcdoc=\"<script>parent.__pwned=10</script>\"></iframe>",
            "<link rel=stylesheet"
                    + " href=http://evil.example/x.css><style>*{background:url(http://evil.example/y)}</style>",
            "<meta http-equiv=refresh content=\"0;url=http://evil.example/\"><base href=http://evil.example/>",
            "{{constructor.constructor('window.__pwned=11')()}} ${window.__pwned=12} @if(true) $unsafe{1} #{7*7} <%= 1"
                    + " %>",
            "\u2028window.__pwned=13\u2029",
            "\u202egnp.exe\u202c \u2066isolate \u200f\u061c",
            "\u001b[31mred\u001b[0m\u001b]8;;http://evil.example\u0007link\u001b]8;;\u0007",
            "../../../../etc/passwd",
            "..\\..\\windows\\system32",
            "nul\u0000byte",
            "\ud83d\ude00\ud83c\udff3\ufe0f\u200d\ud83c\udf08 \ud800 lone",
            "CON",
            ".",
            "",
            "{a|rich} {b|text}\n\nlines",
            "__proto__",
            "x".repeat(20_000),
            "&lt;script&gt; &amp;quot; &#x3c;script&#x3e;",
            "`+alert(1)+`",
            "]]><script>window.__pwned=14</script>",
            "data:text/html,<script>parent.__pwned=15</script>");

    private Hostile() {}

    /** Every text stands everywhere: as name, family, suite, metric, unit, reason, setting. */
    static Path site(Path folder) {
        History history = new History(folder.resolve("history.jsonl"));
        List<Listing.Item> items = new ArrayList<>();
        for (int i = 0; i < TEXTS.size(); i++) {
            String text = TEXTS.get(i);
            for (int night = 1; night <= 3; night++) {
                Outcome outcome = night == 3 ? Outcome.REGRESSED : Outcome.PASSED;
                history.append(digest(text, "run " + i + " " + night + text, "2026-11-0" + night, outcome));
            }
            history.append(digest(text + " broken", "broken " + i + text, text, Outcome.BROKEN));
            if (!text.isEmpty()) {
                items.add(new Listing.Item(text, text, null, 1000, List.of(text, text)));
            }
        }
        items.add(new Listing.Item("<b>never judged</b>", null, null, 0, null));
        return Dashboard.write(history, new Listing(TEXTS.get(0), items), folder.resolve("site"));
    }

    private static RunSummary digest(String text, String run, String night, Outcome outcome) {
        List<VerdictEntry> criteria = new ArrayList<>();
        for (String family : List.of("artifact", "effect", text)) {
            criteria.add(Entries.of(
                    text + family,
                    text + family,
                    text,
                    family,
                    outcome,
                    1.0,
                    0.5,
                    1.5,
                    1,
                    "NON_INFERIOR",
                    "LOWER",
                    text,
                    0.0,
                    1.0,
                    8,
                    0,
                    text));
        }
        return new RunSummary(
                RunSummary.SCHEMA,
                run,
                night,
                "2026-11-01T00:00:00Z",
                1,
                outcome,
                outcome == Outcome.BROKEN ? text : null,
                text,
                List.of(new RunSummary.Part(text, text, 1, null), new RunSummary.Part(text, text, 1, 0.8)),
                text,
                text,
                text,
                new RunSummary.Suite(text, text, text, 2, 4),
                text,
                3,
                criteria,
                new RunSummary.Cost(1.0, 1.0, null),
                text,
                text,
                Map.of("assay.lora", text, "assay." + text, text));
    }
}
