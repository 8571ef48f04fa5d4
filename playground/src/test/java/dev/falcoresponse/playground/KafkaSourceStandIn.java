package dev.falcoresponse.playground;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * What Knative's KafkaSource does, as its data plane's source (eventing-kafka-broker, InvalidCloudEventInterceptor) says: each message
 * becomes a binary CloudEvent without a content type, is posted until the sink takes it, and its offset is committed only then.
 */
final class KafkaSourceStandIn implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(100);
    private static final long PAUSE_MILLIS = 200;

    private final URI sink;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread = Thread.ofPlatform().name("kafka-source").unstarted(this::run);

    KafkaSourceStandIn(String bootstrap, String topic, URI sink) {
        this.sink = sink;
        this.consumer = new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrap,
                        ConsumerConfig.GROUP_ID_CONFIG,
                        "falco-response",
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                        "earliest",
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        "false"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        consumer.subscribe(List.of(topic));
    }

    void start() {
        thread.start();
    }

    private void run() {
        try (consumer) {
            while (closed.getCount() > 0) {
                for (ConsumerRecord<byte[], byte[]> each : consumer.poll(POLL)) {
                    if (!deliver(each)) {
                        return;
                    }
                }
                consumer.commitSync();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Posts until the sink has taken it; {@code false} when the source was closed before. */
    private boolean deliver(ConsumerRecord<byte[], byte[]> message) throws InterruptedException {
        HttpRequest event = HttpRequest.newBuilder(sink)
                .timeout(Duration.ofSeconds(5))
                .header("ce-specversion", "1.0")
                .header("ce-type", "dev.knative.kafka.event")
                .header("ce-source", "/apis/v1/namespaces/falco-response/kafkasources/falco-alerts#" + message.topic())
                .header("ce-id", "partition:%d/offset:%d".formatted(message.partition(), message.offset()))
                .header("ce-subject", "partition:%d#%d".formatted(message.partition(), message.offset()))
                .header("ce-time", Instant.ofEpochMilli(message.timestamp()).toString())
                .POST(BodyPublishers.ofByteArray(message.value()))
                .build();
        while (true) {
            if (isTaken(event)) {
                return true;
            }
            if (closed.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
                return false;
            }
        }
    }

    private boolean isTaken(HttpRequest event) throws InterruptedException {
        try {
            return http.send(event, BodyHandlers.discarding()).statusCode() == 202;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() {
        closed.countDown();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        http.close();
    }
}
