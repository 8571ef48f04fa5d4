package dev.falcoresponse.notifyfalcosidekick;

import dev.falcoresponse.EventAction;
import dev.falcoresponse.Outcome;
import dev.falcoresponse.Outcome.Acted;
import dev.falcoresponse.Outcome.Previewed;
import dev.falcoresponse.Reason;
import dev.falcoresponse.event.Alert;
import dev.falcoresponse.kubernetes.Permission;
import dev.falcoresponse.reply.Door;
import dev.falcoresponse.settings.SettingReader;
import dev.falcoresponse.settings.Settings;
import io.quarkus.funqy.Funq;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/** Tells people what was done, and what could not be: as an event for Falcosidekick, which hands it to its outputs. */
@Singleton
public final class NotifyFalcosidekick implements EventAction {
    private static final String NAME = "notify-falcosidekick";

    /** Where Falco's Helm chart puts it, installed as {@code falco} in the namespace {@code falco}. */
    private static final URI CHARTS = URI.create("http://falco-falcosidekick.falco:2801/");

    private final Door door;
    private final Falcosidekick falcosidekick;

    NotifyFalcosidekick(Door door, SettingReader reader, Settings settings) {
        this.door = door;
        this.falcosidekick = new Falcosidekick(
                reader.value("notify-falcosidekick.url", CHARTS, NotifyFalcosidekick::url), settings.apiTimeout());
    }

    private static URI url(String text) {
        URI url = URI.create(text);
        boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
        if (!http || url.getHost() == null || url.getRawQuery() != null || url.getRawFragment() != null) {
            throw new IllegalArgumentException("it is no address such as " + CHARTS);
        }
        return URI.create(text.endsWith("/") ? text : text + "/");
    }

    @Funq(NAME)
    public byte[] answer(byte[] body) {
        return door.answer(body);
    }

    @Override
    public String name() {
        return NAME;
    }

    /** It asks nothing of the API server. */
    @Override
    public List<Permission> permissions() {
        return List.of();
    }

    @Override
    public Outcome act(Alert event) {
        Message message = Message.about(event);
        Optional<Outcome> failed = falcosidekick.post(message);
        return failed.orElseGet(
                () -> new Acted(Reason.NOTIFIED, "Told Falcosidekick: " + message.summary(), message.details()));
    }

    @Override
    public Outcome preview(Alert event) {
        Message message = Message.about(event);
        Optional<Outcome> failed = falcosidekick.ping(message);
        return failed.orElseGet(
                () -> new Previewed("Would tell Falcosidekick: " + message.summary(), message.details()));
    }

    @PreDestroy
    void close() {
        falcosidekick.close();
    }
}
