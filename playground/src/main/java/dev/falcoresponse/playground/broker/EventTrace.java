package dev.falcoresponse.playground.broker;

import java.util.ArrayList;
import java.util.List;

/** What happened to one event in the broker, including the replies to it and the answers to these replies. */
public record EventTrace(List<String> triggers, List<Answer> answers, List<DeadLetter> deadLetters) {
    static EventTrace empty() {
        return new EventTrace(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    }

    /** Whether at least one function answered, and every answer is final. */
    public boolean isAnswered() {
        return !answers.isEmpty() && answers.stream().allMatch(Answer::isFinal);
    }
}
