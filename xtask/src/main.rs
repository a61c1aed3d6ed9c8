//! `cargo xtask`: one entrance for people and CI.

fn main() {}
