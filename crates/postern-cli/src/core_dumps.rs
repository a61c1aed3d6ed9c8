//! No core dumps: what a process holds for a moment, a file would hold for ever.

use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};

/// Has the kernel write no core dump of this process, and let no other process of the same user read its memory. What the
/// kernel does not grant is said to the caller, who goes on: the service is no less right for it.
pub(crate) fn forbid() -> Result<(), rustix::io::Errno> {
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?;
    set_dumpable_behavior(DumpableBehavior::NotDumpable)
}
