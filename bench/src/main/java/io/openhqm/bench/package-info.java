/** Measures the server from outside, beside what it is compared with. */
@NullMarked
package io.openhqm.bench;

import org.jspecify.annotations.NullMarked;
