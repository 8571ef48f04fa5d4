package dev.falcoresponse.benchmark;

import dev.falcoresponse.testing.FunctionProcess;
import dev.falcoresponse.testing.RecordedAlert;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** An engine behind HTTP, one replica or several in turn: each pod is one recorded alert about it. */
final class Endpoint implements Subject {
    /** How an alert is sent. */
    enum Format {
        /** Falco's JSON alone, as a webhook gets it. */
        json,
        /** As a Knative broker delivers it. */
        cloudevent
    }

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final String name;
    private final List<URI> replicas;
    private final Format format;
    private final AtomicInteger turn = new AtomicInteger();
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build();

    Endpoint(String name, List<URI> replicas, Format format) {
        this.name = name;
        this.replicas = List.copyOf(replicas);
        this.format = format;
    }

    /** One function, as a broker calls it. */
    static Endpoint of(FunctionProcess function) {
        return new Endpoint("", List.of(function.uri()), Format.cloudevent);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Attempt prepare(Pod pod) {
        RecordedAlert alert = RecordedAlert.shellIn(pod);
        URI replica = replicas.get(Math.floorMod(turn.getAndIncrement(), replicas.size()));
        HttpRequest.Builder request = HttpRequest.newBuilder(replica)
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(alert.body()));
        if (format == Format.cloudevent) {
            alert.headers().forEach((header, value) -> {
                if (header.startsWith("ce-")) {
                    request.header(header, value);
                }
            });
        }
        HttpRequest built = request.build();
        return () -> send(built);
    }

    private void send(HttpRequest request) throws FailureException {
        try {
            HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
            if (response.statusCode() / 100 != 2) {
                throw new FailureException(
                        request.uri() + " answers " + response.statusCode() + ": " + response.body());
            }
        } catch (IOException e) {
            throw new FailureException(e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FailureException("interrupted");
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
