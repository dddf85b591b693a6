package io.openhqm.core.transform;

import io.openhqm.core.Bytes;
import io.openhqm.core.Message;
import io.openhqm.core.Nearest;
import io.openhqm.core.PermanentException;
import io.openhqm.core.Transformation;
import io.openhqm.core.api.Json;
import io.openhqm.core.transform.MessagePath.Found;
import io.openhqm.core.transform.MessagePath.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;

/**
 * JSON with holes: <code>{"to": "{{payload.user.email}}", "items": {{payload.items}}}</code>. In a
 * string a hole takes the characters of a value, escaped, so that nothing that a client sends can
 * end the string; elsewhere it takes the value as JSON. What is not there is {@code null}. All else
 * of the template goes on byte for byte.
 */
final class Template implements Transformation {
  private static final Pattern HOLE = Pattern.compile("\\{\\{([^}]+)}}");

  @Override
  public String name() {
    return "template";
  }

  /** A piece of a template, in order. */
  private sealed interface Part {
    record Literal(String text) implements Part {}

    record Hole(String path, boolean inString) implements Part {}
  }

  @Override
  public Compiled compile(String text) {
    var parts = parts(text);
    requireJson(parts);
    boolean looksIntoPayload =
        parts.stream()
            .anyMatch(
                part ->
                    part instanceof Part.Hole hole
                        && MessagePath.first(hole.path()).equals("payload"));
    return message -> fill(parts, message, looksIntoPayload);
  }

  private static List<Part> parts(String text) {
    var parts = new ArrayList<Part>();
    var matcher = HOLE.matcher(text);
    boolean inString = false;
    int from = 0;
    while (matcher.find()) {
      String literal = text.substring(from, matcher.start());
      inString = endsInString(literal, inString);
      String path = matcher.group(1).strip();
      if (!MessagePath.isPath(path)) {
        throw new IllegalArgumentException(
            "not a template: on line "
                + (1 + text.substring(0, matcher.start()).chars().filter(c -> c == '\n').count())
                + " of it stands a path that does not begin with "
                + String.join(", ", MessagePath.ROOTS)
                + Nearest.hint(MessagePath.first(path), MessagePath.ROOTS));
      }
      parts.add(new Part.Literal(literal));
      parts.add(new Part.Hole(path, inString));
      from = matcher.end();
    }
    parts.add(new Part.Literal(text.substring(from)));
    return List.copyOf(parts);
  }

  /** Whether a string is open at the end of a piece of JSON. */
  private static boolean endsInString(String json, boolean inString) {
    boolean open = inString;
    for (int i = 0; i < json.length(); i++) {
      char c = json.charAt(i);
      if (c == '"') {
        open = !open;
      } else if (c == '\\' && open) {
        i++;
      }
    }
    return open;
  }

  /** What is JSON with every hole empty is JSON whatever it is filled with. */
  private static void requireJson(List<Part> parts) {
    var text = new StringBuilder();
    for (var part : parts) {
      switch (part) {
        case Part.Literal literal -> text.append(literal.text());
        case Part.Hole hole -> text.append(hole.inString() ? "" : "null");
      }
    }
    var bytes = Bytes.utf8(text.toString());
    if (Json.isJson(bytes)) {
      return;
    }
    int line = 1;
    try (var json = Json.parser(bytes.toReadOnlyArray())) {
      while (json.nextToken() != null) {
        line = json.currentLocation().getLineNr();
      }
    } catch (JacksonException fault) {
      line = fault.getLocation() == null ? line : fault.getLocation().getLineNr();
    }
    throw new IllegalArgumentException(
        "not a template: it is no JSON (RFC 8259) with its {{…}} filled in; see line "
            + line
            + " of it");
  }

  private static Bytes fill(List<Part> parts, Message message, boolean looksIntoPayload)
      throws PermanentException {
    if (looksIntoPayload) {
      MessageJson.payload(message);
    }
    var text = new StringBuilder();
    for (var part : parts) {
      switch (part) {
        case Part.Literal literal -> text.append(literal.text());
        case Part.Hole hole -> fill(hole, MessagePath.find(hole.path(), message), text);
      }
      if (text.length() > RESULT_BYTES_MAX) {
        throw new PermanentException("it would be larger than " + RESULT_BYTES_MAX + " bytes");
      }
    }
    return Bytes.utf8(text.toString());
  }

  private static void fill(Part.Hole hole, Optional<Found> value, StringBuilder text) {
    var found = value.orElse(new Found(Kind.NULL, "null"));
    if (hole.inString()) {
      appendEscaped(found.text(), text);
    } else if (found.kind() == Kind.STRING) {
      text.append('"');
      appendEscaped(found.text(), text);
      text.append('"');
    } else {
      text.append(found.text());
    }
  }

  /** As JSON's strings have it; half a surrogate pair, which UTF-8 cannot hold, as an escape. */
  private static void appendEscaped(String value, StringBuilder text) {
    String quoted = Json.quote(value);
    for (int i = 1; i < quoted.length() - 1; i++) {
      char c = quoted.charAt(i);
      if (Character.isHighSurrogate(c) && Character.isLowSurrogate(quoted.charAt(i + 1))) {
        text.append(c).append(quoted.charAt(++i));
      } else if (Character.isSurrogate(c)) {
        text.append(String.format("\\u%04x", (int) c));
      } else {
        text.append(c);
      }
    }
  }
}
