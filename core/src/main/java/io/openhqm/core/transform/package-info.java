/** What is taken out of a message by a path, and what payload is made of it for a backend. */
@NullMarked
package io.openhqm.core.transform;

import org.jspecify.annotations.NullMarked;
