package dev.falcoresponse.benchmark;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.util.concurrent.CompletionException;

/**
 * A baseline: what no response can do without, sent by the same Kubernetes client that the functions use.
 *
 * @param reads whether each DELETE follows a GET from the API server's watch cache, as a response must read the pod first
 */
record BareApi(KubernetesClient client, boolean reads) implements Subject {
    @Override
    public String name() {
        return reads ? "bare GET and DELETE" : "bare DELETE";
    }

    @Override
    public Request prepare(Pod pod) {
        String uri =
                client.getMasterUrl() + "api/v1/namespaces/" + pod.getMetadata().getNamespace() + "/pods/"
                        + pod.getMetadata().getName();
        String options = "{\"apiVersion\":\"v1\",\"kind\":\"DeleteOptions\",\"gracePeriodSeconds\":5,"
                + "\"preconditions\":{\"uid\":\"" + pod.getMetadata().getUid() + "\"}}";
        HttpRequest get = client.getHttpClient()
                .newHttpRequestBuilder()
                .uri(uri + "?resourceVersion=0")
                .build();
        HttpRequest delete = client.getHttpClient()
                .newHttpRequestBuilder()
                .uri(uri)
                .method("DELETE", "application/json", options)
                .build();
        return () -> {
            if (reads) {
                send(get);
            }
            send(delete);
        };
    }

    private void send(HttpRequest request) throws RequestFailedException {
        try {
            HttpResponse<byte[]> response =
                    client.getHttpClient().sendAsync(request, byte[].class).join();
            if (!response.isSuccessful()) {
                throw new RequestFailedException("The API server answered " + response.code());
            }
        } catch (CompletionException e) {
            throw new RequestFailedException(String.valueOf(e.getCause()));
        }
    }
}
