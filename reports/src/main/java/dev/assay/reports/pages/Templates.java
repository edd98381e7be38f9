package dev.assay.reports.pages;

import dev.assay.harness.text.PlainText;
import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.html.OwaspHtmlTemplateOutput;
import gg.jte.output.StringOutput;
import java.util.HashMap;
import java.util.Map;

/** All HTML that we write. Each text is made plain, and escaped by the place it stands in. */
public final class Templates {
    private static final TemplateEngine ENGINE =
            TemplateEngine.createPrecompiled(null, ContentType.Html, Templates.class.getClassLoader());

    private Templates() {}

    /** @param template its file below {@code src/main/jte} */
    public static String render(String template, Map<String, Object> parameters) {
        StringOutput page = new StringOutput(1 << 16);
        OwaspHtmlTemplateOutput plain = new OwaspHtmlTemplateOutput(page) {
            @Override
            public void writeUserContent(String text) {
                super.writeUserContent(PlainText.of(text));
            }
        };
        ENGINE.render(template, new HashMap<>(parameters), plain);
        return page.toString();
    }
}
