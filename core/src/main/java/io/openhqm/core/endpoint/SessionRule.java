package io.openhqm.core.endpoint;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.openhqm.core.Bytes;
import io.openhqm.core.Headers;
import io.openhqm.core.config.OpenHqmConfig.Partitioning;
import io.openhqm.core.transform.MessagePath;
import io.openhqm.core.transform.MessagePath.Found;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Optional;

/**
 * Finds the session of a message whose sender named none: what {@code partitioning} says.
 * Immutable.
 */
public final class SessionRule {
  private static final int SESSION_LENGTH_MAX = 255;

  private final List<String> paths;

  /** Empty: the key is the session. */
  private final Optional<BigInteger> partitions;

  private SessionRule(List<String> paths, Optional<BigInteger> partitions) {
    this.paths = paths;
    this.partitions = partitions;
  }

  /** The rule of a configuration; empty where only the sender makes sessions. */
  public static Optional<SessionRule> of(Partitioning partitioning) {
    if (!partitioning.enabled()) {
      return Optional.empty();
    }
    String key = partitioning.partitionKeyField();
    String session = partitioning.sessionKeyField();
    return switch (partitioning.strategy()) {
      case STICKY -> Optional.of(new SessionRule(List.of(session, key), Optional.empty()));
      case KEY -> Optional.of(new SessionRule(List.of(key, session), Optional.empty()));
      case HASH ->
          Optional.of(
              new SessionRule(
                  List.of(key, session),
                  Optional.of(BigInteger.valueOf(partitioning.partitionCount()))));
      case ROUND_ROBIN -> Optional.empty();
    };
  }

  /**
   * What was found.
   *
   * @param path where
   * @param session what {@link SessionRule#isSession} is to be asked of
   */
  public record Session(String path, String session) {
    /** The place only: the value came from a client. */
    @Override
    public String toString() {
      return path;
    }
  }

  /** Whether a text can be a session's id: 1 to 255 characters, none of them a control. */
  public static boolean isSession(String text) {
    return !text.isEmpty()
        && text.length() <= SESSION_LENGTH_MAX
        && text.codePoints()
            .noneMatch(c -> Character.isISOControl(c) || c >= 0xD800 && c <= 0xDFFF);
  }

  /**
   * The session; empty where there is no text, number or flag at either place, or an empty text.
   * The payload may be anything, and is looked into where it is JSON.
   */
  public Optional<Session> find(Bytes payload, Headers headers, Bytes metadata) {
    return paths.stream()
        .flatMap(
            path ->
                MessagePath.find(path, payload, headers, metadata).flatMap(Found::scalar).stream()
                    .filter(key -> !key.isEmpty())
                    .map(key -> new Session(path, partitions.map(n -> hash(key, n)).orElse(key))))
        .findFirst();
  }

  /** The same partition as in the Python OpenHQM. */
  private static String hash(String key, BigInteger partitions) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(key.getBytes(UTF_8));
      return "partition-" + new BigInteger(1, digest).mod(partitions);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java has SHA-256", impossible);
    }
  }
}
