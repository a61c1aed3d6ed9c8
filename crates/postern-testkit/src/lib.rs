//! For tests: fresh stores, actors as types, fault injection, sinks.
