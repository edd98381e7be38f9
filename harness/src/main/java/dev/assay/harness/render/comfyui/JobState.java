package dev.assay.harness.render.comfyui;

import java.util.EnumSet;
import java.util.Set;

/** What is known of a job. */
enum JobState {
    /** Not yet on the server under its present id. */
    NEW,
    QUEUED,
    RUNNING,
    DONE,
    FAILED,
    /** Stopped by us or by somebody else. */
    CANCELLED,
    /** Given to the server, which knows nothing of it any more. */
    LOST;

    boolean isFinal() {
        return this == DONE || this == FAILED || this == CANCELLED;
    }

    /** A job that is over stays so; one that ran out of memory is new again, once; one that is lost is given again. */
    boolean mayBecome(JobState next) {
        Set<JobState> ends = EnumSet.of(DONE, FAILED, CANCELLED);
        return switch (this) {
            case NEW -> next == QUEUED || next == RUNNING || ends.contains(next);
            case QUEUED -> next == NEW || next == RUNNING || next == LOST || ends.contains(next);
            case RUNNING -> next == NEW || next == LOST || ends.contains(next);
            case LOST -> next == QUEUED || next == RUNNING || ends.contains(next);
            case DONE, FAILED, CANCELLED -> false;
        };
    }
}
