//! The measured data, served again: how long a start takes and what is held in memory with all these people, and how
//! fast `audit verify --replay` goes over their events.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use crate::Done;
use crate::machine::resident;

/// What a demonstration's data folder is marked with. These data are the measurement's own.
const MARK: &str = "THIS-IS-A-DEMONSTRATION";
/// How long it rests before its memory is looked at.
const REST: Duration = Duration::from_secs(2);
/// How long a start may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// Starts that are measured.
const STARTS: usize = 5;

/// What was seen.
pub(crate) struct Again {
    /// Milliseconds of the start after a kill under load: the write-ahead log is as long as it was.
    pub(crate) killed: f64,
    /// Milliseconds of each start after a stop.
    pub(crate) starts: Vec<f64>,
    /// Mebibytes at rest.
    pub(crate) rest: f64,
    /// Events that were verified and replayed.
    pub(crate) events: u64,
    /// How many a second, the start of the command included.
    pub(crate) replayed: f64,
}

impl Again {
    /// Measures on the data of a demonstration that has ended.
    pub(crate) fn measure(postern: &Path, data: &Path) -> Done<Self> {
        let config = configured(data)?;
        eprintln!("bench: starting again");
        let Served { child, ready: killed, .. } = serve(postern, &config)?;
        stop(child)?;
        let (mut starts, mut rest) = (Vec::new(), f64::NAN);
        for number in 1..=STARTS {
            let Served { child, ready, .. } = serve(postern, &config)?;
            starts.push(ready);
            if number == STARTS {
                std::thread::sleep(REST);
                rest = resident(child.id())?;
            }
            stop(child)?;
        }
        eprintln!("bench: verifying");
        let (events, seconds) = verify(postern, &config)?;
        Ok(Self { killed, starts, rest, events, replayed: events as f64 / seconds })
    }
}

/// A configuration for a demonstration's data, which are served as any others from then on.
pub(crate) fn configured(data: &Path) -> Done<PathBuf> {
    let config = data.with_file_name("postern.toml");
    if !config.exists() {
        std::fs::remove_file(data.join(MARK))?;
        std::fs::write(
            &config,
            "[server]\nlisten = \"127.0.0.1:0\"\nadmin = \"127.0.0.1:0\"\n\
             [store]\ndata = \"data\"\n[keys]\nfile = \"keys\"\n[anchor]\nfile = \"anchor\"\n",
        )?;
    }
    Ok(config)
}

/// A service that runs.
pub(crate) struct Served {
    pub(crate) child: Child,
    /// Where it listens for requests.
    pub(crate) authority: String,
    /// Milliseconds until `/readyz` said that it was ready.
    ready: f64,
}

/// Starts it, and waits until it is ready.
pub(crate) fn serve(postern: &Path, config: &Path) -> Done<Served> {
    let mut command = Command::new(postern);
    command.args(["serve", "--json", "--config"]).arg(config);
    let begun = Instant::now();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let mut line = String::new();
    if let Some(said) = child.stdout.take() {
        BufReader::new(said).read_line(&mut line)?;
    }
    let said: Value = serde_json::from_str(&line).map_err(|_| "the service did not start again")?;
    let place = |name: &str| {
        said.get(name).and_then(Value::as_str).unwrap_or_default().trim_start_matches("http://").to_owned()
    };
    let (authority, admin) = (place("url"), place("admin"));
    while !is_ready(&admin)? {
        if begun.elapsed() > PATIENCE {
            return Err("the service did not become ready".into());
        }
    }
    Ok(Served { child, authority, ready: begun.elapsed().as_secs_f64() * 1000.0 })
}

/// Has it end as an operator does.
fn stop(mut service: Child) -> Done {
    let asked = Command::new("kill").arg(service.id().to_string()).status()?;
    let ended = service.wait()?;
    if asked.success() && ended.success() { Ok(()) } else { Err("the service did not stop well".into()) }
}

fn is_ready(admin: &str) -> Done<bool> {
    let mut connection = TcpStream::connect(admin)?;
    write!(connection, "GET /readyz HTTP/1.1\r\nhost: {admin}\r\nconnection: close\r\n\r\n")?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer)?;
    Ok(answer.starts_with("HTTP/1.1 200 "))
}

/// Verifies every log and replays it; how many events, in how many seconds.
fn verify(postern: &Path, config: &Path) -> Done<(u64, f64)> {
    let mut command = Command::new(postern);
    command.args(["audit", "verify", "--replay", "--json", "--config"]).arg(config);
    let begun = Instant::now();
    let said = command.stderr(Stdio::null()).output()?;
    let seconds = begun.elapsed().as_secs_f64();
    let report: Value = serde_json::from_slice(&said.stdout)?;
    if report.get("verified") != Some(&Value::Bool(true)) {
        return Err(format!("it did not verify: {report}").into());
    }
    let logs = report.get("logs").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let events = logs.iter().filter_map(|log| log.get("events")?.as_u64()).sum();
    Ok((events, seconds))
}
