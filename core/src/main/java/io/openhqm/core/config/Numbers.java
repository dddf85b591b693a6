package io.openhqm.core.config;

import java.math.BigDecimal;
import java.util.Optional;
import java.util.regex.Pattern;

/** Numbers as people write them: {@code 7}, {@code 1_000}, {@code 2.5}, {@code 1e3}. */
final class Numbers {
  /** What Java would take besides, such as {@code 0x1p3}, {@code 10d}, {@code NaN}, is refused. */
  private static final Pattern NUMBER =
      Pattern.compile(
          "[+-]?(?:[0-9]+(?:_[0-9]+)*(?:\\.[0-9]*)?|\\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?");

  private static final int LENGTH_MAX = 40;
  private static final int PORT_MAX = 65_535;

  private Numbers() {}

  /** Empty: it is none. */
  static Optional<BigDecimal> read(String text) {
    String number = text.strip();
    return number.length() <= LENGTH_MAX && NUMBER.matcher(number).matches()
        ? Optional.of(new BigDecimal(number.replace("_", "")))
        : Optional.empty();
  }

  /** A whole number from {@code min} to {@code max}; {@code 2.0} is one. */
  static Optional<Long> whole(String text, long min, long max) {
    return read(text)
        .filter(
            number ->
                number.compareTo(BigDecimal.valueOf(min)) >= 0
                    && number.compareTo(BigDecimal.valueOf(max)) <= 0
                    && number.remainder(BigDecimal.ONE).signum() == 0)
        .map(BigDecimal::longValueExact);
  }

  /** What is wrong with {@code host}, {@code host:port} or {@code [address]:port}, if anything. */
  static Optional<String> authorityFault(String authority) {
    int bracket = authority.lastIndexOf(']');
    int colon = authority.lastIndexOf(':');
    boolean portIsThere = colon > bracket;
    if (portIsThere && whole(authority.substring(colon + 1), 1, PORT_MAX).isEmpty()) {
      return Optional.of("the port must be a whole number from 1 to " + PORT_MAX);
    }
    return authority.isBlank() || colon == 0 ? Optional.of("expected host:port") : Optional.empty();
  }
}
