//! Retention: events that are old enough lose their bytes, and keep their place, leaf and version (decision 0050).

mod left;
mod outside;
mod thin;

pub(crate) use outside::Outside;
