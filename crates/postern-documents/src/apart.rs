//! The scanner's side: starts the program again for each document, and reads what it gives.

use std::io::{self, Read};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use postern_scan::{Document, Documents, Pieces};

use crate::frame::Frames;
use crate::running::{Lines, Running};

/// Reads documents in processes of their own.
pub struct Apart {
    program: PathBuf,
    arguments: Vec<&'static str>,
    pictures: bool,
}

impl Apart {
    /// Starts that program with these arguments and the name of the kind of document: there it calls
    /// [`child`](fn@crate::child). Pictures are read where that is asked for.
    #[must_use]
    pub fn new(program: PathBuf, arguments: Vec<&'static str>, pictures: bool) -> Self {
        Self { program, arguments, pictures }
    }
}

impl Documents for Apart {
    fn reads(&self, document: Document) -> bool {
        document != Document::Picture || self.pictures
    }

    fn read(&self, document: Document, content: &mut dyn Read) -> io::Result<Box<dyn Pieces>> {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).arg(document.name());
        // What this process knows from its environment is none of the reader's business.
        let path = std::env::var_os("PATH");
        command.env_clear().envs(path.map(|path| ("PATH", path)));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut running = Running::of(command.spawn()?)?;
        running.give(content)?;
        Ok(match document {
            Document::Picture => Box::new(Lines::of(running)),
            Document::Pdf | Document::Sqlite => Box::new(Frames::of(running)),
        })
    }
}
