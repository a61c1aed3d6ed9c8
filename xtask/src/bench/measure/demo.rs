//! The measured server: the built binary with a demonstration's data, as a process of its own.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tokio::time::Instant;

use crate::Done;
use crate::again::{configured, serve};
use crate::load::Address;

/// The server, ended when dropped. Its data lie in a folder of whoever started it.
pub(crate) struct Demo {
    child: Child,
    pub(crate) address: Address,
    /// The seeded tenant.
    pub(crate) tenant: String,
    /// Its data folder.
    pub(crate) data: PathBuf,
    /// Milliseconds from being started to saying where it listens.
    pub(crate) start: f64,
}

impl Demo {
    /// Starts it with its data below a folder, or in an empty database.
    pub(crate) fn start(postern: &Path, folder: &Path, database: Option<&str>) -> Done<Self> {
        let mut command = Command::new(postern);
        command.args(["demo", "--json", "--listen", "127.0.0.1:0", "--data"]).arg(folder);
        command.args(database.into_iter().flat_map(|url| ["--postgres", url]));
        let begun = Instant::now();
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        if let Some(said) = child.stdout.take() {
            BufReader::new(said).read_line(&mut line)?;
        }
        let start = begun.elapsed().as_secs_f64() * 1000.0;
        let said: Value = serde_json::from_str(&line)?;
        let member = |name: &str| said.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let authority = member("url").trim_start_matches("http://").to_owned();
        let address = Address { authority, key: member("application_key") };
        Ok(Self { child, address, tenant: member("tenant"), data: PathBuf::from(member("data")), start })
    }

    /// Serves its data again, after it was ended.
    pub(crate) fn resume(&mut self, postern: &Path) -> Done {
        let served = serve(postern, &configured(&self.data)?)?;
        (self.child, self.address.authority) = (served.child, served.authority);
        Ok(())
    }

    /// Ends it, and gives its data folder, which stays.
    pub(crate) fn end(&mut self) -> Done<PathBuf> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(self.data.clone())
    }

    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // It may have ended by itself; its data go with the folder.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
