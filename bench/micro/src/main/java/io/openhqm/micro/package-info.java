/** Measures single steps of the hot paths, with JMH. */
@NullMarked
package io.openhqm.micro;

import org.jspecify.annotations.NullMarked;
