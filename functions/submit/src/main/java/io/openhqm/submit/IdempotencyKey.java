package io.openhqm.submit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.openhqm.core.Bytes;
import io.openhqm.core.Headers;
import io.openhqm.core.Job;
import io.openhqm.core.api.ApiRequest;
import io.openhqm.core.api.Problem;
import io.openhqm.core.api.ProblemException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * {@code Idempotency-Key} (the IETF httpapi draft): a quoted string, or bare as most clients send
 * it.
 */
final class IdempotencyKey {
  private static final int LENGTH_MAX = 255;

  private IdempotencyKey() {}

  /**
   * The key with the digest of what was submitted under it: method, target, forwarded fields and
   * body. One key is another under each endpoint that clients name, and under none; so it is the
   * same whatever the configuration makes of the name.
   *
   * @param endpoint what the client named
   * @param forwarded the client's fields that go on to the backend
   * @throws ProblemException 400: it is there but is no key
   */
  static Optional<Job.Idempotency> of(
      ApiRequest request, Optional<String> endpoint, Headers forwarded) {
    if (!request.headers().has("Idempotency-Key")) {
      return Optional.empty();
    }
    List<String> values = request.headers().all("Idempotency-Key");
    if (values.size() > 1) {
      throw invalid();
    }
    return Optional.of(
        new Job.Idempotency(
            scoped(endpoint, key(values.getFirst())), fingerprint(request, forwarded)));
  }

  /** As short as any, and without what a client may have taken for a secret. */
  private static String scoped(Optional<String> endpoint, String key) {
    var digest = sha256();
    update(digest, endpoint.map(name -> "endpoint " + name).orElse("default"));
    update(digest, key);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(digest.digest());
  }

  private static String key(String value) {
    String key = value.startsWith("\"") ? unquoted(value) : value;
    boolean visible = key.chars().allMatch(c -> c > ' ' && c < 0x7f);
    if (key.isEmpty() || key.length() > LENGTH_MAX || !visible) {
      throw invalid();
    }
    return key;
  }

  /** A string of RFC 9651 §3.3.3: only the quote and the backslash are escaped. */
  private static String unquoted(String value) {
    var key = new StringBuilder(value.length());
    for (int i = 1; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"') {
        if (i != value.length() - 1) {
          throw invalid();
        }
        return key.toString();
      }
      if (c == '\\') {
        i++;
        if (i == value.length() || value.charAt(i) != '"' && value.charAt(i) != '\\') {
          throw invalid();
        }
        c = value.charAt(i);
      }
      key.append(c);
    }
    throw invalid();
  }

  private static Bytes fingerprint(ApiRequest request, Headers forwarded) {
    var digest = sha256();
    update(digest, request.method());
    update(digest, request.path());
    update(digest, request.query().map(query -> '?' + query).orElse(""));
    for (var field : forwarded.fields()) {
      String name = field.name().toLowerCase(Locale.ROOT);
      if (!isAddedOnTheWay(name)) {
        update(digest, name);
        update(digest, field.value());
      }
    }
    update(digest, "");
    digest.update(request.body().toByteBuffer());
    return Bytes.wrap(digest.digest());
  }

  /**
   * Fields that differ when a client sends the same again, because gateways and tracers set them.
   */
  private static boolean isAddedOnTheWay(String name) {
    return switch (name) {
      case "traceparent",
          "tracestate",
          "baggage",
          "forwarded",
          "via",
          "x-request-id",
          "x-amzn-trace-id",
          "x-cloud-trace-context" ->
          true;
      default -> name.startsWith("x-forwarded-");
    };
  }

  /** Ends each part, so that no two different lists of parts give the same bytes. */
  private static void update(MessageDigest digest, String part) {
    digest.update(part.getBytes(UTF_8));
    digest.update((byte) 0);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static ProblemException invalid() {
    return new ProblemException(
        Problem.of(
            Problem.Kind.IDEMPOTENCY_KEY_INVALID,
            "Idempotency-Key must be given once, as 1 to 255 visible ASCII characters, quoted (\"8e03978e\") or bare."));
  }
}
