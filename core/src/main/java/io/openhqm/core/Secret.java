package io.openhqm.core;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.security.MessageDigest;

/** A credential. Nothing prints it: whoever needs the value must ask for it by {@link #reveal}. */
public final class Secret {
  /** What is shown instead. */
  public static final String MASK = "********";

  private final String value;

  private Secret(String value) {
    this.value = value;
  }

  /** Takes the credential. */
  public static Secret of(String value) {
    return new Secret(requireNonNull(value, "value"));
  }

  /** The credential itself, for the one place that sends it. */
  public String reveal() {
    return value;
  }

  /** Compares in constant time. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Secret that
        && MessageDigest.isEqual(value.getBytes(UTF_8), that.value.getBytes(UTF_8));
  }

  /** The same for all, so that it tells nothing. */
  @Override
  public int hashCode() {
    return 1;
  }

  @Override
  public String toString() {
    return MASK;
  }
}
