package io.openhqm.status;

import io.openhqm.core.Headers;
import java.util.Locale;

/** Header fields that are likely to hold a credential, and must not be shown. */
final class SecretFields {
  private SecretFields() {}

  /** The same fields; of those whose name sounds like a secret, only that they are there. */
  static Headers masked(Headers headers) {
    return new Headers(
        headers.fields().stream()
            .map(
                field ->
                    isSecret(field.name().toLowerCase(Locale.ROOT))
                        ? new Headers.Field(field.name(), "***")
                        : field)
            .toList());
  }

  private static boolean isSecret(String name) {
    return name.contains("auth")
        || name.contains("cookie")
        || name.contains("token")
        || name.contains("secret")
        || name.contains("password")
        || name.contains("credential")
        || name.contains("signature")
        || name.contains("key");
  }
}
