package io.openhqm.core.config;

import io.openhqm.core.Secret;
import java.util.regex.Pattern;

/**
 * What may be told of a value. A message quotes only what the file itself says, in a place that is
 * not for secrets, and that looks like a word: the text beside a missing colon may be a password.
 */
final class Disclosure {
  private static final Pattern SECRET_NAME =
      Pattern.compile(
          "(?i).*(?:auth|token|passw|secret|credential|key|cookie|signature"
              + "|connection_string|connectionstring|checkpoint_store|redis_url).*");

  /** Says where in a message a key stands, and is none. */
  private static final String PATH_NAME = "_key_field";

  private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_.+:/*,-]{1,60}");
  private static final Pattern USER_INFO = Pattern.compile(".*://[^/?#]*@.*", Pattern.DOTALL);

  private Disclosure() {}

  /** Whether values under this key are secret. */
  static boolean isSecretName(String name) {
    return SECRET_NAME.matcher(name).matches() && !name.endsWith(PATH_NAME);
  }

  /** Whether a message may quote {@code text}, written as a value of {@code name}. */
  static boolean mayQuote(String name, String text) {
    return !isSecretName(name) && WORD.matcher(text).matches();
  }

  /** For {@code config show}: a URL with user information is hidden as a whole. */
  static String masked(String text) {
    return USER_INFO.matcher(text).matches() ? Secret.MASK : text;
  }
}
