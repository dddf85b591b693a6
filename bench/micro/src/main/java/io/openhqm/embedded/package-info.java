/** Benchmarks of what only this package sees. */
@NullMarked
package io.openhqm.embedded;

import org.jspecify.annotations.NullMarked;
