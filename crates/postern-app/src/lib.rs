//! Use cases: authorise, prepare, decide, sign, answer.
