/** Benchmarks of what only this package sees. */
@NullMarked
package io.openhqm.submit;

import org.jspecify.annotations.NullMarked;
