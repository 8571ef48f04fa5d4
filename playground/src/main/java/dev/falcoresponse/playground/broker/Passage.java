package dev.falcoresponse.playground.broker;

import java.util.ArrayList;
import java.util.List;

/** The way of one event through the broker, replies and their answers included. */
public record Passage(List<String> triggers, List<Answer> answers, List<DeadLetter> deadLetters) {
    static Passage empty() {
        return new Passage(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    }

    /** Whether at least one function dealt with the event, and none was left without an answer. */
    public boolean isAnswered() {
        return !answers.isEmpty() && answers.stream().allMatch(Answer::isFinal);
    }
}
