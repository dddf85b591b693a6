/** What a team writes that has its functions of Spring work behind OpenHQM on AWS Lambda. */
@NullMarked
package com.example.orders;

import org.jspecify.annotations.NullMarked;
