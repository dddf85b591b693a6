/**
 * Expressions that make the payload for a backend: jq and JSONPath. It sees the core only; what it
 * needs of libraries comes to no class path that does not have need of it.
 */
@NullMarked
package io.openhqm.transforms;

import org.jspecify.annotations.NullMarked;
