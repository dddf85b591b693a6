package io.openhqm.core.config;

import io.openhqm.core.Secret;
import io.openhqm.core.config.ConfigNode.Scalar;
import java.util.BitSet;
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
  private static final Pattern PARAMETER = Pattern.compile("([^=&#]*)=([^&#]*)");

  /** What credentials are called in queries, besides. */
  private static final Pattern QUERY_NAME =
      Pattern.compile(
          "(?i)(?:.*[._-])?(?:sig|sas|pwd|pass|code|jwt|otp|assertion|bearer|hmac|session|sid)");

  private static final Pattern NAME = Pattern.compile("(?:&|^)[^=&#]*=");
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

  /**
   * For {@code config show}. A URL with user information is hidden as a whole. Hidden are, besides,
   * values in the query of a URL that have the name of a credential or come from a variable, and
   * whatever comes from a variable that has the name of a credential.
   */
  static String shown(Scalar scalar) {
    String text = scalar.text();
    if (USER_INFO.matcher(text).matches()) {
      return Secret.MASK;
    }
    var hidden = new BitSet(text.length());
    int query = text.contains("://") ? text.indexOf('?') : -1;
    for (var piece : scalar.variables()) {
      if (isSecretName(piece.variable())) {
        hidden.set(piece.from(), piece.to());
      } else if (query >= 0 && piece.to() > query) {
        hideValues(text, Math.max(piece.from(), query + 1), piece.to(), hidden);
      }
    }
    if (query >= 0) {
      var parameters = PARAMETER.matcher(text).region(query + 1, text.length());
      while (parameters.find()) {
        if (isSecretName(parameters.group(1))
            || QUERY_NAME.matcher(parameters.group(1)).matches()) {
          hidden.set(parameters.start(2), parameters.end(2));
        }
      }
    }
    return masked(text, hidden);
  }

  /** Of a piece of a query that may hold names too, only the values. */
  private static void hideValues(String text, int from, int to, BitSet hidden) {
    var names = NAME.matcher(text).region(from, to);
    hidden.set(from, to);
    boolean beginsWithName = text.charAt(from - 1) == '?' || text.charAt(from - 1) == '&';
    while (names.find()) {
      if (names.start() > from || beginsWithName) {
        hidden.clear(names.start(), names.end());
      }
    }
  }

  private static String masked(String text, BitSet hidden) {
    var shown = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); ) {
      if (hidden.get(i)) {
        shown.append(Secret.MASK);
        i = hidden.nextClearBit(i);
      } else {
        shown.append(text.charAt(i++));
      }
    }
    return shown.toString();
  }
}
