//! What the machine says of itself and of a process: load, cores, memory, CPU time.

use std::collections::BTreeMap;
use std::fs::{read_dir, read_to_string};

use crate::Done;

/// Cores that this process may use.
pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// The load averages over one, five and fifteen minutes.
pub(crate) fn load() -> String {
    let said = read_to_string("/proc/loadavg").unwrap_or_default();
    said.split(' ').take(3).collect::<Vec<_>>().join(" ")
}

/// What the processor calls itself.
pub(crate) fn processor() -> String {
    let said = read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = said.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    name.map_or("unknown processor", |(_, name)| name).to_owned()
}

/// Mebibytes of a process in memory.
pub(crate) fn resident(process: u32) -> Done<f64> {
    mebibytes(process, "VmRSS:")
}

/// The most that a process has had in memory, in mebibytes.
pub(crate) fn most_resident(process: u32) -> Done<f64> {
    mebibytes(process, "VmHWM:")
}

fn mebibytes(process: u32, what: &str) -> Done<f64> {
    let said = read_to_string(format!("/proc/{process}/status"))?;
    let line = said.lines().find_map(|line| line.strip_prefix(what));
    let kibibytes: f64 = line.unwrap_or_default().trim().trim_end_matches(" kB").parse()?;
    Ok(kibibytes / 1024.0)
}

/// Microseconds on a core so far, by name of thread.
pub(crate) type Spent = BTreeMap<String, f64>;

/// What the threads of a process have spent.
pub(crate) fn spent(process: u32) -> Done<Spent> {
    let mut spent = Spent::new();
    for thread in read_dir(format!("/proc/{process}/task"))? {
        let thread = thread?.path();
        // A thread may end while it is looked at.
        let Ok(name) = read_to_string(thread.join("comm")) else { continue };
        let Ok(said) = read_to_string(thread.join("schedstat")) else { continue };
        *spent.entry(name.trim().to_owned()).or_default() += micros(&said)?;
    }
    Ok(spent)
}

/// What this thread has spent.
pub(crate) fn spent_here() -> Done<f64> {
    micros(&read_to_string("/proc/thread-self/schedstat")?)
}

/// The first number of a schedstat: nanoseconds on a core.
fn micros(said: &str) -> Done<f64> {
    let nanoseconds: f64 = said.split(' ').next().unwrap_or_default().parse()?;
    Ok(nanoseconds / 1000.0)
}

/// Bytes that a thread of a process has handed to the system to be written; none if there is no such thread.
pub(crate) fn written(process: u32, name: &str) -> Done<f64> {
    for thread in read_dir(format!("/proc/{process}/task"))? {
        let thread = thread?.path();
        if read_to_string(thread.join("comm")).is_ok_and(|comm| comm.trim() == name) {
            let said = read_to_string(thread.join("io"))?;
            let bytes = said.lines().find_map(|line| line.strip_prefix("wchar: "));
            return Ok(bytes.unwrap_or_default().parse()?);
        }
    }
    Ok(0.0)
}
