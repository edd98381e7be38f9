package dev.assay.suites.comfyui;

import dev.assay.harness.run.Session;

/** A whole run in a JVM of its own, to be killed. Settings are its system properties. */
final class LiveRun {
    private LiveRun() {}

    public static void main(String[] args) {
        Session session = Session.read("microcosm");
        System.out.println(session.evaluate(session.criteria()).outcome());
    }
}
