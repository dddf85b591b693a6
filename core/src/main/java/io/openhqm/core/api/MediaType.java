package io.openhqm.core.api;

import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Locale;
import java.util.Optional;

/**
 * A media type (RFC 9110 §8.3.1), read leniently: what is malformed is simply none of the types
 * asked for.
 *
 * @param essence type and subtype, lower case, such as {@code text/html}
 * @param charset the value of its {@code charset} parameter as it came, without quotes
 */
public record MediaType(String essence, Optional<String> charset) {
  private static final MediaType JSON = new MediaType("application/json", Optional.empty());

  /** Reads a {@code Content-Type}. */
  public static MediaType of(String text) {
    if (text.equals("application/json")) {
      return JSON;
    }
    int end = text.indexOf(';');
    String essence = (end < 0 ? text : text.substring(0, end)).strip().toLowerCase(Locale.ROOT);
    Optional<String> charset = Optional.empty();
    while (end >= 0 && charset.isEmpty()) {
      int next = text.indexOf(';', end + 1);
      String parameter = text.substring(end + 1, next < 0 ? text.length() : next).strip();
      if (parameter.regionMatches(true, 0, "charset=", 0, 8)) {
        charset = Optional.of(unquoted(parameter.substring(8)));
      }
      end = next;
    }
    return new MediaType(essence, charset);
  }

  /** {@code application/json} or any {@code +json} (RFC 6839). */
  public boolean isJson() {
    return essence.equals("application/json")
        || essence.startsWith("application/") && essence.endsWith("+json");
  }

  /**
   * What people read as text: {@code text/*}, and the usual {@code application/} types that are
   * text.
   */
  public boolean isText() {
    return essence.startsWith("text/")
        || essence.endsWith("+xml")
        || switch (essence) {
          case "application/xml",
              "application/javascript",
              "application/yaml",
              "application/x-ndjson",
              "application/x-www-form-urlencoded" ->
              true;
          default -> false;
        };
  }

  /** Whether it says nothing but UTF-8. */
  public boolean isUtf8() {
    return charset.isEmpty() || charset.get().equalsIgnoreCase("utf-8");
  }

  /**
   * The character set it names, UTF-8 where it names none; empty where this machine does not know
   * it.
   */
  Optional<Charset> knownCharset() {
    try {
      return Optional.of(Charset.forName(charset.orElse("UTF-8")));
    } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
      return Optional.empty();
    }
  }

  private static String unquoted(String text) {
    boolean quoted = text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"");
    return quoted ? text.substring(1, text.length() - 1) : text;
  }
}
