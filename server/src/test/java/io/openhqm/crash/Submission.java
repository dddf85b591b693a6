package io.openhqm.crash;

import java.util.Optional;
import java.util.Set;

/**
 * One submission of the load. Its number says what kind it is, so that every kind comes at every
 * kill.
 *
 * @param client who submits it, and does so only after its last one was accepted
 * @param kinds which there are
 */
record Submission(int number, int client, Set<Kind> kinds) {
  /** More than travels in a message or is kept with a job: payload and result go elsewhere. */
  private static final int BIG_BYTES = 1_100_000;

  static final int DELAY_SECONDS = 1;

  /** What is to become of it. */
  enum Kind {
    PLAIN,
    /** Not before {@link #DELAY_SECONDS} are over. */
    DELAYED,
    /** In order with those of the same client. */
    IN_ORDER,
    /** Nobody listens there: ends as a dead letter. */
    DEAD,
    BIG
  }

  Kind kind() {
    var kind = byNumber();
    return kinds.contains(kind) ? kind : Kind.PLAIN;
  }

  private Kind byNumber() {
    return switch (number % 20) {
      case 1, 11 -> Kind.DELAYED;
      case 2, 7, 12, 17 -> Kind.IN_ORDER;
      case 4 -> Kind.DEAD;
      case 5 -> number % 60 == 5 ? Kind.BIG : Kind.PLAIN;
      default -> Kind.PLAIN;
    };
  }

  @Override
  public String toString() {
    return kind() + " submission " + number;
  }

  Optional<String> session() {
    return kind() == Kind.IN_ORDER ? Optional.of("client-" + client) : Optional.empty();
  }

  /** Its {@code Idempotency-Key}; every third has none, as most of what clients send. */
  Optional<String> key() {
    return number % 3 == 0 ? Optional.empty() : Optional.of("number-" + number);
  }

  /** What the backend is sent, byte for byte. */
  String payload() {
    String pad = kind() == Kind.BIG ? ",\"pad\":\"" + "x".repeat(BIG_BYTES) + '"' : "";
    return "{\"number\":" + number + pad + '}';
  }

  String body() {
    String metadata =
        switch (kind()) {
          case PLAIN, BIG -> "";
          case DELAYED -> ",\"metadata\":{\"delay\":" + DELAY_SECONDS + '}';
          case IN_ORDER -> ",\"metadata\":{\"session_id\":\"" + session().orElseThrow() + "\"}";
          case DEAD -> ",\"metadata\":{\"endpoint\":\"nobody\"}";
        };
    return "{\"payload\":" + payload() + metadata + '}';
  }
}
