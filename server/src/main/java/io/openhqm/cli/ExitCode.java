package io.openhqm.cli;

/** What the process ends with. */
enum ExitCode {
  /** Done as asked. */
  OK(0),
  /** The server refused, or the job ended as FAILED, TIMEOUT or CANCELLED. */
  FAILED(1),
  /** The command line is not right. */
  USAGE(2),
  /** The server cannot be reached, or cannot take work now: try again. */
  UNAVAILABLE(3),
  /** No such job or dead letter, or it has expired. */
  NOT_FOUND(4),
  /** The configuration is not valid, or the server could not start. */
  CONFIGURATION(5),
  /** The job has not ended in the time given. */
  NOT_DONE(6);

  private final int code;

  ExitCode(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }
}
