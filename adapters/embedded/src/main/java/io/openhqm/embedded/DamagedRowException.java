package io.openhqm.embedded;

/** The bytes of a row are not what this program wrote. */
final class DamagedRowException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DamagedRowException(String what) {
    super("a record in the database is damaged: " + what);
  }
}
