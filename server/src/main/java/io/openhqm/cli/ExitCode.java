package io.openhqm.cli;

/** What the process ends with. */
enum ExitCode {
  OK(0, "done as asked"),
  FAILED(1, "the server refused or broke down, or the job ended as FAILED, TIMEOUT or CANCELLED"),
  USAGE(2, "the command line is not right"),
  UNAVAILABLE(3, "the server cannot be reached, or cannot take work now: try again"),
  NOT_FOUND(4, "no such job or dead letter, or it has expired"),
  CONFIGURATION(5, "the configuration is not valid, or the server could not start"),
  NOT_DONE(6, "the job has not ended in the time given");

  private final int code;
  private final String meaning;

  ExitCode(int code, String meaning) {
    this.code = code;
    this.meaning = meaning;
  }

  int code() {
    return code;
  }

  /** For people. */
  String meaning() {
    return meaning;
  }
}
