package dev.falcoresponse.benchmark;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.util.concurrent.CompletionException;

/** The floor: one DELETE for each pod, by the client that the functions have too, and nothing else. */
record BareApi(KubernetesClient client) implements Subject {
    @Override
    public String name() {
        return "bare API";
    }

    @Override
    public Attempt prepare(Pod pod) {
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

    private void delete(HttpRequest request) throws FailureException {
        try {
            HttpResponse<byte[]> response =
                    client.getHttpClient().sendAsync(request, byte[].class).join();
            if (!response.isSuccessful()) {
                throw new FailureException("The API server answers " + response.code());
            }
        } catch (CompletionException e) {
            throw new FailureException(String.valueOf(e.getCause()));
        }
    }
}
