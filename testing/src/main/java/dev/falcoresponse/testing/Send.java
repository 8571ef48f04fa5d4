package dev.falcoresponse.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.restassured.RestAssured;
import io.restassured.config.EncoderConfig;
import io.restassured.config.LogConfig;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.net.URI;
import java.util.Map;
import java.util.UUID;

/** Sends an alert to a function in one of the forms that functions take. */
public enum Send {
    /** A CloudEvent with its attributes in headers, as a broker sends it. */
    BINARY {
        @Override
        Response to(RequestSpecification request, RecordedAlert alert) {
            return request.headers(alert.headers())
                    .body(alert.body().getBytes(UTF_8))
                    .post();
        }
    },
    /** A CloudEvent as one JSON document. */
    STRUCTURED {
        @Override
        Response to(RequestSpecification request, RecordedAlert alert) {
            return request.header("Content-Type", "application/cloudevents+json; charset=utf-8")
                    .body(alert.structured().getBytes(UTF_8))
                    .post();
        }
    },
    /** Falco's JSON alone. */
    PLAIN {
        @Override
        Response to(RequestSpecification request, RecordedAlert alert) {
            return request.header("Content-Type", "Application/JSON; charset=utf-8")
                    .body(alert.body().getBytes(UTF_8))
                    .post();
        }
    };

    abstract Response to(RequestSpecification request, RecordedAlert alert);

    /** Posts the alert and returns the answer. */
    public Response to(URI function, RecordedAlert alert) {
        return to(request(function), alert);
    }

    /** The same until the answer is no longer 503, or has been it six times: a broker delivers such an event again. */
    public Response repeatedlyTo(URI function, RecordedAlert alert) {
        Response answer = to(function, alert);
        for (int i = 0; i < 5 && answer.statusCode() == 503; i++) {
            answer = to(function, alert);
        }
        return answer;
    }

    /** Posts a new CloudEvent of any type with JSON data, as a broker sends it, and returns the answer. */
    public static Response event(URI function, String type, String data) {
        return event(function, UUID.randomUUID().toString(), type, data);
    }

    /** The same with an id: an event with the id of an earlier one is a further delivery of it. */
    public static Response event(URI function, String id, String type, String data) {
        return request(function)
                .headers(Map.of(
                        "ce-specversion", "1.0",
                        "ce-id", id,
                        "ce-source", "/someone",
                        "ce-type", type,
                        "Content-Type", "application/json"))
                .body(data)
                .post();
    }

    /** A request whose body is sent byte for byte, whatever its content type. */
    public static RequestSpecification request(URI function) {
        EncoderConfig asItIs = EncoderConfig.encoderConfig()
                .appendDefaultContentCharsetToContentTypeIfUndefined(false)
                .encodeContentTypeAs("application/x-www-form-urlencoded", ContentType.BINARY)
                .encodeContentTypeAs("multipart/form-data", ContentType.BINARY);
        LogConfig logs = LogConfig.logConfig().enableLoggingOfRequestAndResponseIfValidationFails();
        return RestAssured.given()
                .config(RestAssured.config().encoderConfig(asItIs).logConfig(logs))
                .baseUri(function.toString());
    }
}
