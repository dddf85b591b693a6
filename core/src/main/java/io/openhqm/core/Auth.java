package io.openhqm.core;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;
import java.util.Optional;

/** How OpenHQM proves itself to a backend ({@code auth_type}). */
public sealed interface Auth {
  /** Not at all. */
  record None() implements Auth {}

  /** {@code Authorization: Bearer token} (RFC 6750). */
  record Bearer(Secret token) implements Auth {}

  /** The token in a header field of its own. */
  record ApiKey(String headerName, Secret token) implements Auth {}

  /** {@code Authorization: Basic …} in UTF-8 (RFC 7617). */
  record Basic(String username, Secret password) implements Auth {}

  /** Any header field with the token as its value, as it is. */
  record Custom(String headerName, Secret token) implements Auth {}

  /** The header field that proves it; its value is a credential. */
  default Optional<Headers.Field> toField() {
    return switch (this) {
      case None none -> Optional.empty();
      case Bearer bearer -> field("Authorization", "Bearer " + bearer.token.reveal());
      case ApiKey key -> field(key.headerName, key.token.reveal());
      case Basic basic -> {
        byte[] pair = (basic.username + ":" + basic.password.reveal()).getBytes(UTF_8);
        yield field("Authorization", "Basic " + Base64.getEncoder().encodeToString(pair));
      }
      case Custom custom -> field(custom.headerName, custom.token.reveal());
    };
  }

  private static Optional<Headers.Field> field(String name, String value) {
    return Optional.of(new Headers.Field(name, value));
  }
}
