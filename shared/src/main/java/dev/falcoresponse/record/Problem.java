package dev.falcoresponse.record;

import io.quarkus.runtime.annotations.RegisterForReflection;

/** Why a request was refused, as RFC 9457 writes it; without a URI of its own its type is {@code about:blank}. */
@RegisterForReflection // Jackson writes it
public record Problem(String title, int status, String detail, String action, String outcome, String reason) {
    public static final String MEDIA_TYPE = "application/problem+json";
}
