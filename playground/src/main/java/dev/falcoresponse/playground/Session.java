package dev.falcoresponse.playground;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.falcoresponse.playground.Changes.Change;
import dev.falcoresponse.playground.broker.Broker;
import dev.falcoresponse.playground.broker.Passage;
import dev.falcoresponse.playground.broker.RuleBook;
import dev.falcoresponse.playground.cluster.Cluster;
import dev.falcoresponse.testing.RecordedAlert;
import io.cloudevents.CloudEvent;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** A cluster, the functions that act in it, and what has been sent to them: what the page shows, and its buttons do. */
final class Session implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** As many alerts at once as a broker's dispatcher would send; the rest waits its turn. */
    private static final int AT_ONCE = 16;

    private static final int MOST_TIMES = 1_000;
    private static final long MOST_CHARACTERS = 32_000_000;

    private final Path home;
    private final RuleBook rules;
    private final Cluster cluster;
    private final boolean mayAct;
    private final Consumer<String> progress;
    private final Changes changes;
    private final History history = new History();
    private final News news = new News();
    private final ExecutorService senders = Executors.newFixedThreadPool(AT_ONCE);
    // held for writing while the functions are exchanged for others
    private final ReadWriteLock running = new ReentrantReadWriteLock();
    private volatile Functions functions;
    private volatile Broker broker;
    private volatile boolean acts;
    /** Whether the functions could not be started anew. */
    private volatile boolean down;
    /** How often they have been exchanged. */
    private final AtomicInteger generation = new AtomicInteger();

    /**
     * Starts the functions.
     *
     * @param mayAct whether the page may let them act
     */
    Session(Path home, RuleBook rules, Cluster cluster, boolean acts, boolean mayAct, Consumer<String> progress) {
        this.home = home;
        this.rules = rules;
        this.cluster = cluster;
        this.acts = acts;
        this.mayAct = mayAct;
        this.progress = text -> {
            progress.accept(text);
            news.tell("progress " + text);
        };
        this.changes = new Changes(cluster.client());
        this.functions = Functions.start(home, rules, cluster, acts);
        this.broker = new Broker(rules, functions.addresses(), this.progress);
    }

    News news() {
        return news;
    }

    History history() {
        return history;
    }

    /** Sends one alert on its way and keeps what became of it. */
    Passage send(SentAlert alert, Report report) {
        return sent(alert, report, generation.get()).passage();
    }

    /** The way of an alert, and how the history has it. */
    private record Sent(Passage passage, ObjectNode entry) {}

    /**
     * Sends an alert.
     *
     * @param wanted the functions that it was meant for: what was asked of those that preview is not done by others
     */
    private Sent sent(SentAlert alert, Report report, int wanted) {
        running.readLock().lock();
        try {
            if (generation.get() != wanted) {
                throw new IllegalArgumentException(
                        "Not sent: whether the functions act was changed after it had been asked for");
            }
            Instant at = Instant.now();
            long started = System.nanoTime();
            Passage passage = broker.send(alert.event());
            Duration took = Duration.ofNanos(System.nanoTime() - started);
            ObjectNode entry;
            synchronized (changes) {
                List<Change> seen = changed();
                entry = history.add(alert, at, took, passage, seen);
                report.tell(alert, passage, seen);
            }
            news.tell("history");
            news.tell("cluster");
            return new Sent(passage, entry);
        } finally {
            running.readLock().unlock();
        }
    }

    /** What was done is told even when the cluster cannot be looked at just now. */
    private List<Change> changed() {
        try {
            cluster.settle();
            return changes.sinceLastLook();
        } catch (KubernetesClientException e) {
            progress.accept("The cluster could not be looked at: " + e.getMessage());
            return List.of();
        }
    }

    /** Looks at the cluster while pages are open, and tells them when something has changed; until it is interrupted. */
    void watch() {
        String before = "";
        int ended = 0;
        try {
            while (true) {
                TimeUnit.SECONDS.sleep(cluster.name().isEmpty() ? 1 : 5);
                if (news.hasListeners()) {
                    String now = look();
                    if (!now.equals(before)) {
                        news.tell("cluster");
                    }
                    before = now;
                    if (functions.ended() != ended) {
                        ended = functions.ended();
                        news.tell("state");
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A cluster that does not answer for a while is no end of the page, which says so when it asks itself. */
    private String look() {
        try {
            return cluster().toString();
        } catch (KubernetesClientException e) {
            return "";
        }
    }

    ObjectNode state() {
        return JSON.createObjectNode()
                .put("cluster", cluster.description())
                .put("acts", acts)
                .put("mayAct", mayAct)
                .put("ended", down ? functions.addresses().size() : functions.ended())
                .put("confirm", cluster.name());
    }

    JsonNode rules() {
        return RuleTable.read(home.resolve("knative"), rules);
    }

    JsonNode recorded() {
        ArrayNode all = JSON.createArrayNode();
        for (String name : RecordedAlert.names()) {
            RecordedAlert alert = RecordedAlert.named(name);
            CloudEvent event = SentAlert.of("", "", alert).event();
            ObjectNode each = all.addObject().put("name", name);
            ArrayNode actions = each.putArray("actions");
            rules.wanting(event).forEach(trigger -> actions.add(trigger.subscriber()));
        }
        return all;
    }

    /** A recorded alert as if it were of now, and about a pod of this cluster when one is named. */
    JsonNode compose(JsonNode request) {
        RecordedAlert alert = RecordedAlert.named(required(request, "name"))
                .at(Instant.now())
                .with("uuid", UUID.randomUUID().toString());
        String pod = request.path("pod").asText();
        if (!pod.isEmpty()) {
            Pod found = cluster.client()
                    .pods()
                    .inNamespace(required(request, "namespace"))
                    .withName(pod)
                    .get();
            if (found == null) {
                throw new IllegalArgumentException("That pod is gone");
            }
            alert = alert.about(found);
        }
        try {
            return JSON.createObjectNode()
                    .put("text", JSON.readTree(alert.body()).toPrettyString());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What each function can be set to, what it is set to here, and what it would be otherwise. */
    JsonNode settings() {
        ArrayNode all = JSON.createArrayNode();
        functions.settings().forEach((name, set) -> {
            ArrayNode each = all.addObject()
                    .put("name", name)
                    .put("health", functions.health(name))
                    .putArray("settings");
            for (SettingTable.Setting setting : SettingTable.of(home, name)) {
                each.addObject()
                        .put("name", setting.name())
                        .put("value", set.getOrDefault(setting.name(), setting.otherwise()))
                        .put("isDefault", !set.containsKey(setting.name()))
                        .put("meaning", setting.meaning());
            }
        });
        return all;
    }

    /** Starts a function with one setting more, to hear what it says; it answers nobody, and ends at once. */
    JsonNode tryOut(JsonNode request) {
        String name = required(request, "name");
        if (name.equals("RESPONSE_DRY_RUN")) {
            throw new IllegalArgumentException("Whether they act is what the button at the top is for");
        }
        String function = required(request, "function");
        String own = SettingTable.prefix(function);
        // nothing else of a process' environment is anybody's to set here
        if (!name.matches("(RESPONSE_|" + Pattern.quote(own) + ")[A-Z0-9_]{1,100}")) {
            throw new IllegalArgumentException("A setting of this function begins with RESPONSE_ or " + own);
        }
        return JSON.createObjectNode()
                .put("said", functions.say(function, name, request.path("value").asText()));
    }

    JsonNode evidence(String location) {
        return Snapshots.read(home.resolve("target").resolve("evidence"), location);
    }

    JsonNode cluster() {
        return ClusterView.of(cluster.client());
    }

    /** {@code text}: Falco's JSON, one alert or many; {@code times}: how often, each time as another event. */
    Sending send(JsonNode request) {
        int times = request.path("times").asInt(1);
        if (times < 1 || times > MOST_TIMES) {
            throw new IllegalArgumentException("Between 1 and " + MOST_TIMES + " times, not " + times);
        }
        String text = request.path("text").asText();
        List<SentAlert> once = Falcosidekick.alerts("the text", text.getBytes(UTF_8));
        long count = (long) once.size() * times;
        if (count > MOST_TIMES) {
            throw new IllegalArgumentException("At most " + MOST_TIMES + " alerts at once; that would be " + count);
        }
        if ((long) text.length() * times > MOST_CHARACTERS) {
            throw new IllegalArgumentException("Together that is more than " + MOST_CHARACTERS + " characters");
        }
        List<SentAlert> alerts = new ArrayList<>(once);
        for (int i = 1; i < times; i++) {
            once.stream().map(Falcosidekick::again).forEach(alerts::add);
        }
        int wanted = generation.get();
        return new Sending(
                senders,
                alerts.stream()
                        .<Callable<ObjectNode>>map(
                                each -> () -> sent(each, Report.NOBODY, wanted).entry())
                        .toList());
    }

    JsonNode release(JsonNode request) {
        SentAlert asked =
                Scenario.releaseRequest(required(request, "namespace"), required(request, "pod"), Instant.now());
        return sent(asked, Report.NOBODY, generation.get()).entry();
    }

    JsonNode exempt(JsonNode request) {
        running.readLock().lock();
        try {
            if (!acts) {
                throw new IllegalArgumentException("Nothing is changed while the functions only preview");
            }
            return label(request, request.path("exempt").asBoolean());
        } finally {
            running.readLock().unlock();
        }
    }

    private JsonNode label(JsonNode request, boolean exempt) {
        cluster.client()
                .pods()
                .inNamespace(required(request, "namespace"))
                .withName(required(request, "pod"))
                .edit(pod -> {
                    if (exempt) {
                        pod.getMetadata().getLabels().put("falco-response/exempt", "true");
                    } else {
                        pod.getMetadata().getLabels().remove("falco-response/exempt");
                    }
                    return pod;
                });
        news.tell("cluster");
        return JsonNodeFactory.instance.objectNode();
    }

    /** Exchanges the functions for ones that act, or that only preview. */
    JsonNode mode(JsonNode request) {
        boolean act = request.path("act").asBoolean();
        if (act && !mayAct) {
            throw new IllegalArgumentException("Acting in your own cluster needs --act when ./play is started");
        }
        if (act
                && !cluster.name().isEmpty()
                && !request.path("confirm").asText().equals(cluster.name())) {
            throw new IllegalArgumentException("To act, confirm with the name " + cluster.name());
        }
        become(act);
        return state();
    }

    /** From now on nothing is changed. */
    void preview() {
        become(false);
    }

    private void become(boolean act) {
        if (acts && !act) {
            // at once, whatever is under way: what acts must not go on until it has been waited for
            acts = false;
            close(functions, broker);
        }
        running.writeLock().lock();
        try {
            if (acts != act || functions.isClosed() || functions.ended() > 0) {
                exchange(act);
            }
        } finally {
            running.writeLock().unlock();
            news.tell("state");
        }
    }

    private void exchange(boolean act) {
        acts = false;
        generation.incrementAndGet();
        close(functions, broker);
        boolean started = false;
        try {
            functions = Functions.start(home, rules, cluster, act);
            broker = new Broker(rules, functions.addresses(), progress);
            acts = act;
            started = true;
        } finally {
            down = !started;
        }
    }

    private static String required(JsonNode request, String name) {
        String text = request.path(name).asText();
        if (text.isBlank()) {
            throw new IllegalArgumentException(name + " is missing");
        }
        return text;
    }

    private static void close(Functions functions, Broker broker) {
        broker.close();
        functions.close();
    }

    @Override
    public void close() {
        senders.shutdownNow();
        close(functions, broker);
    }
}
