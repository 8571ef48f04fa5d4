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

/** A response engine behind HTTP, with one or more replicas in rotation; it gets one recorded alert per pod. */
final class Endpoint implements Subject {
    /** The form in which alerts are sent. */
    enum Format {
        /** Falco's JSON alone, as Falcosidekick's webhook output sends it. */
        json,
        /** A CloudEvent in binary mode, as a Knative broker delivers it. */
        cloudevent
    }

    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final String name;
    private final List<URI> replicas;
    private final Format format;
    private final AtomicInteger next = new AtomicInteger();
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(TIMEOUT)
            .build();

    Endpoint(String name, List<URI> replicas, Format format) {
        this.name = name;
        this.replicas = List.copyOf(replicas);
        this.format = format;
    }

    /** One function, called with CloudEvents. */
    static Endpoint of(FunctionProcess function) {
        return new Endpoint("", List.of(function.uri()), Format.cloudevent);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Request prepare(Pod pod) {
        // as the shipped values for Falco append it: a recreated pod is then known at once
        RecordedAlert alert = RecordedAlert.shellIn(pod)
                .withField("k8s.pod.uid", pod.getMetadata().getUid());
        URI replica = replicas.get(Math.floorMod(next.getAndIncrement(), replicas.size()));
        HttpRequest.Builder request = HttpRequest.newBuilder(replica)
                .timeout(TIMEOUT)
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

    private void send(HttpRequest request) throws RequestFailedException {
        try {
            HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
            if (response.statusCode() / 100 != 2) {
                throw new RequestFailedException(
                        request.uri() + " answered " + response.statusCode() + ": " + response.body());
            }
        } catch (IOException e) {
            throw new RequestFailedException(e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RequestFailedException("interrupted");
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
