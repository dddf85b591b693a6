package io.openhqm.simulation;

/** The process of the running task is dead: unwinds the task past every handler of the product. */
final class Crash extends Error {
  private static final long serialVersionUID = 1L;

  Crash() {
    super("crash", null, false, false);
  }
}
