package io.openhqm.core;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * HTTP header fields in the order and spelling in which they came; names are compared without case
 * (RFC 9110 §5.1) and may repeat. Immutable.
 */
public record Headers(List<Field> fields) {
  private static final Headers NONE = new Headers(List.of());

  /**
   * One field line.
   *
   * @param name a token of RFC 9110 §5.6.2
   * @param value without leading or trailing white space and without CR, LF or NUL
   */
  public record Field(String name, String value) {
    public Field {
      requireNonNull(name, "name");
      requireNonNull(value, "value");
      if (!isToken(name)) {
        throw new IllegalArgumentException(
            "header name must be an HTTP token but is '" + printable(name) + "'");
      }
      if (!isFieldValue(value)) {
        throw new IllegalArgumentException(
            "the value of header '" + name + "' must not hold control characters");
      }
    }

    /** The name only: the value may be a credential. */
    @Override
    public String toString() {
      return name + ": …";
    }
  }

  public Headers {
    fields = List.copyOf(fields);
  }

  /** No fields. */
  public static Headers none() {
    return NONE;
  }

  /** Fields of alternating names and values, for code that knows them. */
  public static Headers of(String... namesAndValues) {
    var fields = new ArrayList<Field>(namesAndValues.length / 2);
    for (int i = 0; i < namesAndValues.length; i += 2) {
      fields.add(new Field(namesAndValues[i], namesAndValues[i + 1]));
    }
    return new Headers(fields);
  }

  /** The first value of {@code name}. */
  public Optional<String> first(String name) {
    for (var field : fields) {
      if (field.name.equalsIgnoreCase(name)) {
        return Optional.of(field.value);
      }
    }
    return Optional.empty();
  }

  /** All values of {@code name}, in order; empty where there is none. */
  public List<String> all(String name) {
    return fields.stream()
        .filter(field -> field.name.equalsIgnoreCase(name))
        .map(Field::value)
        .toList();
  }

  /** Whether a field of this name is there. */
  public boolean has(String name) {
    return first(name).isPresent();
  }

  /** These fields and one more at the end. */
  public Headers plus(String name, String value) {
    var more = new ArrayList<>(fields);
    more.add(new Field(name, value));
    return new Headers(more);
  }

  /** These fields with every field of this name replaced by one. */
  public Headers with(String name, String value) {
    return without(name).plus(name, value);
  }

  /** These fields without those of this name. */
  public Headers without(String name) {
    return filter(field -> !field.name.equalsIgnoreCase(name));
  }

  /** The fields that {@code keep} admits. */
  public Headers filter(Predicate<Field> keep) {
    return fields.stream().allMatch(keep)
        ? this
        : new Headers(fields.stream().filter(keep).toList());
  }

  /** Whether there is no field. */
  public boolean isEmpty() {
    return fields.isEmpty();
  }

  /** Whether {@code name} is a token of RFC 9110 §5.6.2 and so may be a field name. */
  public static boolean isToken(String name) {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean letterOrDigit = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
      if (!letterOrDigit && "!#$%&'*+-.^_`|~".indexOf(c) < 0) {
        return false;
      }
    }
    return !name.isEmpty();
  }

  /**
   * Whether {@code value} may stand in a field: no control characters but the tab (RFC 9110 §5.5),
   * nothing beyond U+00FF.
   */
  public static boolean isFieldValue(String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c < ' ' && c != '\t' || c == 0x7f || c > 0xff) {
        return false;
      }
    }
    return true;
  }

  private static String printable(String text) {
    return text.codePoints()
        .limit(40)
        .map(c -> Character.isISOControl(c) ? '?' : c)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }
}
