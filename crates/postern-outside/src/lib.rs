//! Counterparts behind ports: clock, entropy, key file, anchor file, signed assertions.
