package dev.falcoresponse.playground;

import dev.falcoresponse.playground.broker.RuleBook;
import dev.falcoresponse.playground.cluster.ApiServerCluster;
import dev.falcoresponse.playground.cluster.Cluster;
import dev.falcoresponse.playground.cluster.CurrentCluster;
import dev.falcoresponse.playground.cluster.EmbeddedCluster;
import dev.falcoresponse.testing.KubeBinaries;
import dev.falcoresponse.testing.StartException;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.Console;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.logging.LogManager;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command line of {@code ./play}. */
@Command(
        name = "./play",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpAutoWidth = true,
        description = "Sends Falco alerts through the Triggers in knative/ into the functions, and shows the result of"
                + " each. Exit status: 0 when every alert was answered, 1 otherwise, 2 for wrong usage.")
final class Play implements Callable<Integer> {
    private static final int UNANSWERED = 1;

    /** Nobody wants to wait a quarter of an hour to see a request expire. */
    private static final Map<String, String> STORY =
            Map.of("REQUEST_APPROVAL_EXPIRES_AFTER", Scenario.EXPIRES_AFTER.toSeconds() + "s");

    enum ClusterKind {
        embedded,
        current
    }

    @Option(
            names = "--cluster",
            paramLabel = "embedded|current",
            defaultValue = "embedded",
            description = "embedded (default): a cluster of its own, where the functions act; current: the current"
                    + " kubeconfig context, where they only preview unless --act is given")
    private ClusterKind cluster = ClusterKind.embedded;

    @Option(names = "--act", description = "let the functions act")
    private boolean act;

    @Option(names = "--preview", description = "let the functions only preview")
    private boolean preview;

    @Option(
            names = "--event",
            paramLabel = "FILE|-",
            description =
                    "send these alerts (Falco's JSON; - is standard input) instead of the recorded ones; repeatable")
    private List<String> events = new ArrayList<>();

    @Option(
            names = "--evidence-first",
            description =
                    "apply the component evidence-first: nothing is deleted or isolated before its logs are captured")
    private boolean evidenceFirst;

    @Option(
            names = "--page",
            negatable = true,
            description = "afterwards serve the page, or do not; the default is to serve it if there is a terminal")
    private @Nullable Boolean page;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "0",
            description = "the page's port; 0 (default): any")
    private int port;

    @Option(names = "--json", description = "print one line of JSON per alert")
    private boolean json;

    public static void main(String[] arguments) {
        // the libraries log every request, which would hide the report
        LogManager.getLogManager().reset();
        System.setProperty("slf4j.internal.verbosity", "ERROR");
        Play play = new Play();
        CommandLine line = new CommandLine(play)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((e, _, _) -> play.fail(e));
        System.exit(line.execute(arguments));
    }

    /** An error that a user can correct becomes one sentence; any other is a bug and keeps its stack trace. */
    private int fail(Exception e) throws Exception {
        String sentence = switch (e) {
            case IllegalArgumentException mistake -> String.valueOf(mistake.getMessage());
            case StartException start -> String.valueOf(start.getMessage());
            case KubernetesClientException api -> "The cluster does not answer: " + api.getMessage();
            default -> throw e;
        };
        System.err.println(Terminal.oneLine(sentence));
        return e instanceof KubernetesClientException ? UNANSWERED : CommandLine.ExitCode.USAGE;
    }

    @Override
    public Integer call() {
        boolean acts = acts();
        List<SentAlert> own = ownAlerts();
        Path home = Path.of(System.getProperty("play.home", ""));
        RuleBook rules = RuleBook.read(home.resolve("knative"), components());
        rules.triggers()
                .forEach(trigger ->
                        trigger.warnings().forEach(warning -> progress("Trigger " + trigger.name() + ": " + warning)));
        try (Cluster opened = open()) {
            progress((acts ? "Acting in " : "Previewing in ") + opened.description());
            List<SentAlert> alerts = own.isEmpty() ? recorded(opened) : own;
            progress("Starting the functions …");
            boolean mayAct = cluster == ClusterKind.embedded || act;
            try (Session session = new Session(home, rules, opened, acts, mayAct, STORY, this::progress)) {
                int status = send(alerts, session);
                if (isPageWanted()) {
                    // the page starts in preview mode unless --act was given; in the user's own cluster always, until
                    // confirmed
                    if (!act || cluster == ClusterKind.current) {
                        session.preview();
                    } else {
                        session.startAnew();
                    }
                    serve(session);
                }
                return status;
            }
        }
    }

    /** The cluster of one's own shows restrict-access, to which no rule leads by itself. */
    private List<String> components() {
        List<String> components = new ArrayList<>();
        if (evidenceFirst) {
            components.add("evidence-first");
        }
        if (cluster == ClusterKind.embedded) {
            components.add("restrict-isolated");
        }
        return components;
    }

    /** Without an option: only if there is a terminal, because a script waits for the exit status. */
    private boolean isPageWanted() {
        return page == null
                ? Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false)
                : page;
    }

    /** Serves the page until the process is interrupted. */
    private void serve(Session session) {
        try (PageServer server = PageServer.start(port, session)) {
            System.err.println(
                    "\nTo see the results, send more alerts or undo: " + server.uri() + "   (Ctrl-C ends it)");
            session.watch();
        } catch (IOException e) {
            throw new IllegalArgumentException("The page cannot be served on port " + port + ": " + e.getMessage(), e);
        }
    }

    private int send(List<SentAlert> alerts, Session session) {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        Report report = json ? new JsonReport(out) : new TextReport(out, session::notifications);
        boolean answered = true;
        for (SentAlert alert : alerts) {
            answered &= session.send(alert, report).isAnswered();
        }
        report.end();
        return answered ? CommandLine.ExitCode.OK : UNANSWERED;
    }

    private boolean acts() {
        if (act && preview) {
            throw new IllegalArgumentException("--act and --preview exclude each other; give one of them");
        }
        if (cluster == ClusterKind.current && act && events.isEmpty() && !isPageWanted()) {
            throw new IllegalArgumentException(
                    "--cluster current --act needs --event: say which alerts the functions shall answer in your own"
                            + " cluster");
        }
        return cluster == ClusterKind.embedded ? !preview : act && !events.isEmpty();
    }

    private List<SentAlert> ownAlerts() {
        List<SentAlert> own = new ArrayList<>();
        for (String event : events) {
            own.addAll(Falcosidekick.alerts(event.equals("-") ? "standard input" : event, read(event)));
        }
        return own;
    }

    private static byte[] read(String event) {
        try {
            return event.equals("-") ? System.in.readAllBytes() : Files.readAllBytes(Path.of(event));
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "--event " + event + " cannot be read: " + why(e)
                            + ". Give a file with Falco's JSON, or - for standard input",
                    e);
        }
    }

    private static String why(IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> "there is no such file";
            case AccessDeniedException _ -> "permission denied";
            default -> String.valueOf(e.getMessage());
        };
    }

    private Cluster open() {
        if (cluster == ClusterKind.current) {
            return new CurrentCluster();
        }
        return KubeBinaries.find(System.getenv())
                .<Cluster>map(binaries -> {
                    progress("Starting a kube-apiserver …");
                    return new ApiServerCluster(binaries);
                })
                .orElseGet(EmbeddedCluster::start);
    }

    private List<SentAlert> recorded(Cluster opened) {
        return cluster == ClusterKind.current
                ? Scenario.alertsAboutExistingPods(opened.client(), Instant.now())
                : Scenario.prepare(opened.client(), Instant.now());
    }

    private void progress(String text) {
        System.err.println(Terminal.oneLine(text));
    }
}
