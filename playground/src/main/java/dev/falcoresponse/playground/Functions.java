package dev.falcoresponse.playground;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import dev.falcoresponse.playground.broker.Broker;
import dev.falcoresponse.playground.broker.RuleBook;
import dev.falcoresponse.playground.broker.Trigger;
import dev.falcoresponse.playground.cluster.Cluster;
import dev.falcoresponse.testing.EventSink;
import dev.falcoresponse.testing.FakeFalcosidekick;
import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.StartException;
import io.cloudevents.CloudEvent;
import io.cloudevents.jackson.JsonFormat;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/** The functions to which the Triggers lead, each as its own process with the settings of its manifest. */
final class Functions implements AutoCloseable {
    /** The function that notifies Falcosidekick; here the notifications go to {@link #notifications()}. */
    static final String NOTIFY = "notify-falcosidekick";

    /** The function that posts to the broker what people have approved. */
    private static final String ASKING = "request-approval";

    private static final String NOTIFY_URL = "NOTIFY_FALCOSIDEKICK_URL";

    private final Path home;
    private final Cluster cluster;
    private final FakeFalcosidekick falcosidekick = FakeFalcosidekick.start();
    private final EventSink ingress = EventSink.start();
    private final CallerToken token = CallerToken.create();
    private final Map<String, Map<String, String>> settings = new TreeMap<>();
    private final Map<String, FunctionProcess> processes = new ConcurrentSkipListMap<>();
    private boolean closed;

    private Functions(Path home, Cluster cluster) {
        this.home = home;
        this.cluster = cluster;
    }

    /**
     * Starts all functions.
     *
     * @param overriding settings for the functions that have them, unless the user has set them
     */
    static Functions start(Path home, RuleBook rules, Cluster cluster, boolean act, Map<String, String> overriding) {
        Functions functions = new Functions(home, cluster);
        try {
            for (String name : rules.triggers().stream()
                    .map(Trigger::subscriber)
                    .distinct()
                    .toList()) {
                Map<String, String> settings = ManifestSettings.read(home, name);
                functions.connect(name, settings);
                overriding.forEach((setting, value) -> {
                    if (setting.startsWith(SettingTable.prefix(name))) {
                        settings.putIfAbsent(setting, value);
                    }
                });
                settings.put("RESPONSE_DRY_RUN", Boolean.toString(!act));
                functions.settings.put(name, settings);
            }
            functions.startAll();
            return functions;
        } catch (RuntimeException e) {
            functions.close();
            throw e;
        }
    }

    /** Starts as many at a time as there are processors, and waits for all, also when one does not start. */
    private void startAll() {
        int processors = Runtime.getRuntime().availableProcessors();
        try (ExecutorService starters = Executors.newFixedThreadPool(processors)) {
            List<Callable<FunctionProcess>> starts = new ArrayList<>();
            settings.forEach((name, values) -> starts.add(() -> {
                FunctionProcess started = start(name, values);
                processes.put(name, started);
                return started;
            }));
            for (Future<FunctionProcess> start : starters.invokeAll(starts)) {
                start.get();
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private FunctionProcess start(String name, Map<String, String> settings) {
        Path target = home.resolve("functions").resolve(name).resolve("target");
        return cluster.start(target, home.resolve("knative").resolve(name), settings);
    }

    /** What a function gets to find the others here, as the platform sets it elsewhere. */
    private void connect(String name, Map<String, String> settings) {
        // other users of this machine can connect to the functions too
        settings.put("RESPONSE_TOKEN_FILE", token.file().toString());
        if (name.equals(ASKING)) {
            // as Knative's SinkBinding sets it
            settings.put("K_SINK", ingress.uri().toString());
        }
        if (name.equals(NOTIFY) && !System.getenv().containsKey(NOTIFY_URL)) {
            settings.put(NOTIFY_URL, falcosidekick.uri().toString());
        }
    }

    /** The settings of each function. */
    Map<String, Map<String, String>> settings() {
        return new TreeMap<>(settings);
    }

    /** Starts a function once more, as a process that only previews; the caller closes it. */
    FunctionProcess preview(String name) {
        return preview(name, Map.of());
    }

    private FunctionProcess preview(String name, Map<String, String> more) {
        if (!settings.containsKey(name)) {
            throw new IllegalArgumentException("There is no function " + name);
        }
        Map<String, String> changed = new TreeMap<>(settings.getOrDefault(name, Map.of()));
        changed.put("RESPONSE_DRY_RUN", "true");
        changed.putAll(more);
        return start(name, changed);
    }

    /** Starts a function with one more setting, ends it, and returns a sentence: accepted, or the function's error. */
    String trySetting(String name, String setting, String value) {
        try (FunctionProcess started = preview(name, Map.of(setting, value))) {
            return name + " accepts it" + (started.status("_/health") == 200 ? "" : ", but is not healthy");
        } catch (StartException e) {
            return String.valueOf(e.getMessage())
                    .lines()
                    .filter(line -> line.contains(setting))
                    .findFirst()
                    .map(line -> line.replaceFirst("^.*?(?=" + setting + "|There is no setting)", ""))
                    .orElse(name + " does not start with it");
        }
    }

    /** Takes out what functions have posted to the broker. */
    List<CloudEvent> posted() {
        return ingress.drain().stream()
                .map(event -> new JsonFormat().deserialize(event.toString().getBytes(UTF_8)))
                .toList();
    }

    /** What the functions ask of their callers. */
    String token() {
        return token.value();
    }

    /** A broker that leads to these functions. */
    Broker broker(RuleBook rules, Consumer<String> progress) {
        return new Broker(rules, addresses(), this::posted, progress, Optional.of(token.value()));
    }

    /** A broker that leads every alert to one process, and nothing back. */
    Broker alertsTo(String function, FunctionProcess process) {
        return new Broker(
                RuleBook.alertsTo(function),
                Map.of(function, process.uri()),
                List::of,
                _ -> {},
                Optional.of(token.value()));
    }

    /** The address of each function. */
    Map<String, URI> addresses() {
        Map<String, URI> addresses = new TreeMap<>();
        processes.forEach((name, process) -> addresses.put(name, process.uri()));
        return addresses;
    }

    synchronized boolean isClosed() {
        return closed;
    }

    /** The number of functions that have ended unexpectedly. */
    synchronized int endedCount() {
        return closed
                ? 0
                : (int) processes.values().stream()
                        .filter(process -> !process.isAlive())
                        .count();
    }

    /** The result of a function's readiness probe, as a phrase. */
    String health(String name) {
        FunctionProcess process = Objects.requireNonNull(processes.get(name));
        if (!process.isAlive()) {
            return "has ended";
        }
        return Readiness.phrase(process.body("_/ready"));
    }

    /** The notifications that were sent to Falcosidekick, in order. */
    List<JsonNode> notifications() {
        return falcosidekick.events();
    }

    /** Ends all functions; closing again has no effect. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        // first tell all to end, then wait for each: none works on while another is ending
        processes.values().forEach(FunctionProcess::terminate);
        processes.values().forEach(FunctionProcess::close);
        falcosidekick.close();
        ingress.close();
    }
}
