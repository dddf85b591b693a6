/**
 * The embedded engine: queue and job store in one SQLite file. One process at a time owns the file.
 */
@NullMarked
package io.openhqm.embedded;

import org.jspecify.annotations.NullMarked;
