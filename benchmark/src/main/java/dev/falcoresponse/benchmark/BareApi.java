package dev.falcoresponse.benchmark;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.util.concurrent.CompletionException;

/** The baseline: one DELETE request per pod, sent by the same Kubernetes client that the functions use. */
record BareApi(KubernetesClient client) implements Subject {
    @Override
    public String name() {
        return "bare API";
    }

    @Override
    public Request prepare(Pod pod) {
        String uri =
                client.getMasterUrl() + "api/v1/namespaces/" + pod.getMetadata().getNamespace() + "/pods/"
                        + pod.getMetadata().getName();
        String options = "{\"apiVersion\":\"v1\",\"kind\":\"DeleteOptions\",\"gracePeriodSeconds\":5,"
                + "\"preconditions\":{\"uid\":\"" + pod.getMetadata().getUid() + "\"}}";
        HttpRequest request = client.getHttpClient()
                .newHttpRequestBuilder()
                .uri(uri)
                .method("DELETE", "application/json", options)
                .build();
        return () -> delete(request);
    }

    private void delete(HttpRequest request) throws RequestFailedException {
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
