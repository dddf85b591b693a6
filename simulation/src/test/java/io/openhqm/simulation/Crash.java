package io.openhqm.simulation;

/** The process of the running task is dead: unwinds the task past every handler of the product. */
final class Crash extends VirtualMachineError {
  private static final long serialVersionUID = 1L;

  Crash() {
    super("crash");
  }

  /** There are many, and none is looked at. */
  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }
}
