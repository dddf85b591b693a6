package io.openhqm.ci;

/** LocalStack starts DynamoDB Local with an agent of its own, for which this stands in. */
public final class NothingToLoad {
  private NothingToLoad() {}

  /** Does nothing. */
  public static void premain(String arguments) {}
}
