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
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.logging.LogManager;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows alerts on their way through the Triggers into the functions. */
@Command(
        name = "./play",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpAutoWidth = true,
        description =
                "Sends Falco alerts through the Triggers in knative/ into the functions, and shows what becomes of"
                        + " each. Exit status: 0 when every alert got an answer, 1 otherwise, 2 for wrong usage.")
final class Play implements Callable<Integer> {
    private static final int UNANSWERED = 1;

    enum Where {
        embedded,
        current
    }

    @Option(
            names = "--cluster",
            paramLabel = "embedded|current",
            defaultValue = "embedded",
            description = "embedded (default): one of its own, which acts; current: the current kubeconfig context,"
                    + " which is only previewed unless --act is given")
    private Where cluster = Where.embedded;

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
            description = "with the component of that name: nothing is deleted or isolated before its logs are secured")
    private boolean evidenceFirst;

    @Option(
            names = "--page",
            negatable = true,
            description = "afterwards serve the page, or do not; by default where there is a terminal")
    private @Nullable Boolean page;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "0",
            description = "the page's port; 0 (default): any")
    private int port;

    @Option(names = "--json", description = "print one JSON object an alert and line")
    private boolean json;

    public static void main(String[] arguments) {
        // libraries tell of every request; what a person wants to know is told here
        LogManager.getLogManager().reset();
        System.setProperty("slf4j.internal.verbosity", "ERROR");
        Play play = new Play();
        CommandLine line = new CommandLine(play)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((e, _, _) -> play.fail(e));
        System.exit(line.execute(arguments));
    }

    /** What a person can mend gets its sentence; anything else is a bug and shows all it has. */
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
        RuleBook rules = RuleBook.read(home.resolve("knative"), evidenceFirst ? List.of("evidence-first") : List.of());
        rules.triggers()
                .forEach(trigger ->
                        trigger.warnings().forEach(warning -> progress("Trigger " + trigger.name() + ": " + warning)));
        try (Cluster where = open()) {
            progress((acts ? "Acting in " : "Previewing in ") + where.description());
            List<SentAlert> alerts = own.isEmpty() ? recorded(where) : own;
            progress("Starting the functions …");
            try (Session session =
                    new Session(home, rules, where, acts, cluster == Where.embedded || act, this::progress)) {
                int status = send(alerts, session);
                if (isPageWanted()) {
                    // whoever opens it looks first; and in one's own cluster says its name before anything acts
                    if (!act || cluster == Where.current) {
                        session.preview();
                    }
                    serve(session);
                }
                return status;
            }
        }
    }

    /** Someone who sits in front of a terminal can look at it, and ends it; a script gets its status. */
    private boolean isPageWanted() {
        return page == null
                ? Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false)
                : page;
    }

    /** Until it is interrupted. */
    private void serve(Session session) {
        try (PageServer server = PageServer.start(port, session)) {
            System.err.println("\nLook at it, send more, undo: " + server.uri() + "   (Ctrl-C ends it)");
            session.watch();
        } catch (IOException e) {
            throw new IllegalArgumentException("The page cannot be served on port " + port + ": " + e.getMessage(), e);
        }
    }

    private int send(List<SentAlert> alerts, Session session) {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        Report report = json ? new JsonReport(out) : new TextReport(out);
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
        if (cluster == Where.current && act && events.isEmpty() && !isPageWanted()) {
            throw new IllegalArgumentException(
                    "--cluster current --act needs --event: say which alerts are to be answered in your own cluster");
        }
        return cluster == Where.embedded ? !preview : act && !events.isEmpty();
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
        if (cluster == Where.current) {
            return new CurrentCluster();
        }
        return KubeBinaries.find(System.getenv())
                .<Cluster>map(binaries -> {
                    progress("Starting a kube-apiserver …");
                    return new ApiServerCluster(binaries);
                })
                .orElseGet(EmbeddedCluster::start);
    }

    private List<SentAlert> recorded(Cluster where) {
        return cluster == Where.current
                ? Scenario.aboutPodsOf(where.client(), Instant.now())
                : Scenario.prepare(where.client(), Instant.now());
    }

    private void progress(String text) {
        System.err.println(Terminal.oneLine(text));
    }
}
