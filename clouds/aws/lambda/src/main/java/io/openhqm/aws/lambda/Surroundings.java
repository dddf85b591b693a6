package io.openhqm.aws.lambda;

import java.io.PrintStream;
import java.time.InstantSource;
import java.util.Map;

/**
 * What a function finds where it runs; given in, so that a test can put it somewhere else.
 *
 * @param environment the variables of the process
 * @param out where log lines go
 * @param clock the time of day
 * @param isRehearsal whether the function is thrown away before a snapshot is taken. It knows no
 *     secrets then, and starts nothing of a user's
 */
public record Surroundings(
    Map<String, String> environment, PrintStream out, InstantSource clock, boolean isRehearsal) {
  public Surroundings {
    environment = Map.copyOf(environment);
  }

  /** Of a function that works. */
  public Surroundings(Map<String, String> environment, PrintStream out, InstantSource clock) {
    this(environment, out, clock, false);
  }

  /** Those of this process. */
  public static Surroundings ofProcess() {
    return new Surroundings(System.getenv(), System.out, InstantSource.system());
  }

  /** Whether a snapshot is taken of this process, from which many others begin. */
  boolean isSnapshotTaken() {
    return "snap-start".equals(environment.get("AWS_LAMBDA_INITIALIZATION_TYPE"));
  }

  /** Whether AWS is called itself, and not something on the same machine that does as if. */
  boolean callsOverTls() {
    return environment.keySet().stream().noneMatch(name -> name.startsWith("AWS_ENDPOINT_URL"));
  }
}
