//! The server over a real socket, with the memory store, a clock that is set and random bytes that repeat.

mod client;
mod connections;
mod departures;
mod document;
mod handshakes;
mod layers;
mod leaks;
mod lifecycle;
mod log;
mod operator;
mod ports;
mod problems;
mod subjects;
mod tls;
mod walk;
mod world;
