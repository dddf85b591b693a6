/** What our functions on AWS are measured beside: others that make the same calls. */
@NullMarked
package io.openhqm.bench.rivals;

import org.jspecify.annotations.NullMarked;
