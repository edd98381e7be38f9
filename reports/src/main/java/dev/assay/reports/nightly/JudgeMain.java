package dev.assay.reports.nightly;

import dev.assay.harness.run.Session;
import dev.assay.harness.text.Trouble;
import dev.assay.reports.words.Words;
import java.io.IOException;

/**
 * One judgement in a process of its own: settings come in as system properties, the run record goes out as a file. It ends when
 * its parent does, so that a killed nightly leaves nobody behind.
 */
public final class JudgeMain {
    private JudgeMain() {}

    public static void main(String[] arguments) {
        if (System.getProperty("java.awt.headless") == null) {
            System.setProperty("java.awt.headless", "true");
        }
        watchParent();
        System.exit(judge()); // whatever threads a library left
    }

    private static int judge() {
        try {
            Session session = Session.read(Session.DEFAULT_SUITE);
            session.evaluate(session.criteria());
            return 0;
        } catch (RuntimeException | Error unwritten) {
            System.err.println(Words.line(Trouble.words(unwritten), 600));
            return 1;
        }
    }

    static void watchParent() {
        Thread parent = new Thread(JudgeMain::endWithParent, "parent");
        parent.setDaemon(true);
        parent.start();
    }

    /** The parent holds the other end of our input and writes nothing: its end is the parent's. */
    private static void endWithParent() {
        try {
            while (System.in.read() >= 0) {
                Thread.onSpinWait();
            }
        } catch (IOException gone) {
            // The same.
        }
        Runtime.getRuntime().halt(3);
    }
}
