//! Stores: memory for tests, SQLite for one machine.
