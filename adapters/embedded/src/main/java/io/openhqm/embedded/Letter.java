package io.openhqm.embedded;

import io.openhqm.core.Body;
import io.openhqm.core.Bytes;
import io.openhqm.core.Headers;
import io.openhqm.core.Message;
import io.openhqm.core.Metadata;
import io.openhqm.core.Priority;
import io.openhqm.core.TraceContext;
import io.openhqm.core.api.Json;
import io.openhqm.core.endpoint.SessionRule;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * A row of the table {@code inbox}, as another program wrote it.
 *
 * @param attributes a JSON object of texts: the message's header fields
 */
@SuppressWarnings("ArrayRecordComponent") // read once and never compared
record Letter(
    long id,
    byte[] body,
    @Nullable String attributes,
    @Nullable String priority,
    @Nullable String sessionId,
    @Nullable String notBefore) {
  /** What it turned out to be. */
  sealed interface Opened {
    /** A message. */
    record Good(Message message, Instant notBefore) implements Opened {}

    /** None, for a reason that its sender can act on. */
    record Bad(String reason) implements Opened {}
  }

  /**
   * @param rule finds the session where the sender named none
   */
  Opened open(UUID messageId, Instant now, Optional<SessionRule> rule) {
    try {
      var fields = headers();
      var bytes = Bytes.wrap(body);
      var metadata =
          new Metadata(
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              priorityOrNormal(),
              session(rule, bytes, fields),
              Bytes.empty());
      var message =
          new Message(messageId, Body.of(bytes), fields, metadata, now, TraceContext.of(fields));
      return new Opened.Good(message, dueTime(now));
    } catch (UnreadableException unreadable) {
      return new Opened.Bad(String.valueOf(unreadable.getMessage()));
    }
  }

  private Priority priorityOrNormal() throws UnreadableException {
    return priority == null
        ? Priority.NORMAL
        : Priority.parse(priority)
            .orElseThrow(
                () -> new UnreadableException("priority must be 0 to 9, low, normal or high"));
  }

  private Optional<String> session(Optional<SessionRule> rule, Bytes payload, Headers fields)
      throws UnreadableException {
    if (sessionId != null) {
      return Optional.of(checked(sessionId, "session_id"));
    }
    var found = rule.flatMap(sessions -> sessions.find(payload, fields, Bytes.empty()));
    return found.isEmpty()
        ? Optional.empty()
        : Optional.of(checked(found.get().session(), "the session at " + found.get().path()));
  }

  private static String checked(String session, String what) throws UnreadableException {
    if (!SessionRule.isSession(session)) {
      throw new UnreadableException(
          what + " must have 1 to 255 characters, none of them a control character");
    }
    return session;
  }

  private Instant dueTime(Instant now) throws UnreadableException {
    try {
      return notBefore == null ? now : OffsetDateTime.parse(notBefore).toInstant();
    } catch (DateTimeException noTime) {
      throw new UnreadableException(
          "not_before must be a time such as 2026-11-24T10:00:00Z (RFC 3339)");
    }
  }

  private Headers headers() throws UnreadableException {
    if (attributes == null) {
      return Headers.none();
    }
    var fields = new ArrayList<Headers.Field>();
    try (JsonParser json = Json.parser(attributes.getBytes(StandardCharsets.UTF_8))) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new UnreadableException("attributes must be a JSON object of texts");
      }
      while (json.nextToken() == JsonToken.PROPERTY_NAME) {
        String name = json.currentName();
        if (!json.nextToken().isScalarValue()) {
          throw new UnreadableException("attributes must be a JSON object of texts");
        }
        String value = json.getString();
        if (!Headers.isToken(name) || !Headers.isFieldValue(value)) {
          throw new UnreadableException(
              "an attribute's name or value cannot be an HTTP header field (RFC 9110 section 5)");
        }
        fields.add(new Headers.Field(name, value));
      }
      return new Headers(fields);
    } catch (JacksonException notJson) {
      throw new UnreadableException("attributes must be a JSON object of texts");
    }
  }

  private static final class UnreadableException extends Exception {
    private static final long serialVersionUID = 1L;

    UnreadableException(String message) {
      super(message);
    }
  }
}
