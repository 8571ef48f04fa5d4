package dev.falcoresponse.http;

import dev.falcoresponse.action.Outcome.Failed;
import dev.falcoresponse.action.OutcomeException;
import dev.falcoresponse.action.Reason;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.jackson.JsonFormat;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Posts events to the broker. */
public final class BrokerSink implements AutoCloseable {
    /** The variable with the broker's address, which a SinkBinding sets. */
    public static final String ADDRESS = "K_SINK";

    private static final JsonFormat FORMAT = new JsonFormat();

    /** An event that gets one of these will get it each time; another status may be a mistake of the address. */
    private static final Set<Integer> REFUSED = Set.of(400, 413, 415, 422);

    /** Where a SinkBinding mounts the token for a broker that wants one. */
    private static final Path TOKEN = Path.of("/oidc/token");

    private final HttpSender http;

    private BrokerSink(URI address, Duration timeout) {
        this.http = new HttpSender("The broker", address, timeout, REFUSED::contains);
    }

    /**
     * The broker that the environment names; empty when it names none.
     *
     * @param timeout until the head of each answer
     * @throws ConfigurationException when the address is none
     */
    public static Optional<BrokerSink> in(Map<String, String> environment, Duration timeout) {
        return Optional.ofNullable(environment.get(ADDRESS))
                .filter(address -> !address.isBlank())
                .map(address -> new BrokerSink(uri(address.strip()), timeout));
    }

    private static URI uri(String address) {
        if (!address.matches("https?://[^/\\s]+(/\\S*)?")) {
            throw new ConfigurationException(
                    ADDRESS + " is \"" + address + "\": it is no address of a broker over HTTP");
        }
        return URI.create(address);
    }

    /**
     * Posts an event.
     *
     * @param attributes its attributes and extensions by name; times as RFC 3339 writes them
     * @param data JSON
     * @throws OutcomeException as failed when the broker did not take it
     */
    public void post(Map<String, String> attributes, byte[] data) throws OutcomeException {
        CloudEventBuilder event = CloudEventBuilder.v1().withData("application/json", data);
        attributes.forEach(event::withContextAttribute);
        HttpRequest.Builder request = http.request()
                .header("Content-Type", JsonFormat.CONTENT_TYPE)
                .POST(BodyPublishers.ofByteArray(FORMAT.serialize(event.build())));
        token().ifPresent(token -> request.header("Authorization", "Bearer " + token));
        http.send(request.build());
    }

    private static Optional<String> token() throws OutcomeException {
        try {
            return Files.exists(TOKEN) ? Optional.of(Files.readString(TOKEN).strip()) : Optional.empty();
        } catch (IOException e) {
            throw new OutcomeException(
                    Failed.retryable(Reason.UNAVAILABLE, "The token for the broker cannot be read: " + e.getMessage()));
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
