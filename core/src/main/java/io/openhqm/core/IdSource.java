package io.openhqm.core;

import java.util.UUID;

/** Makes ids of new jobs. Safe for use by many threads. */
@FunctionalInterface
public interface IdSource {
  /** An id that was never made before. */
  UUID next();
}
