//! N: a server on the same stack that reads a JSON body and answers as many bytes, and does nothing. It is a
//! process of its own, as the measured one is.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use axum::Json;
use axum::Router;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::routing::post;
use serde_json::Value;
use tokio::net::TcpListener;

use crate::Done;
use crate::load::Address;

/// The server as a process, ended when dropped.
pub(crate) struct Empty {
    child: Child,
    pub(crate) address: Address,
}

impl Empty {
    /// Starts it with answers of so many bytes; `key` is sent to it as to the measured server.
    pub(crate) fn start(bytes: usize, key: &str) -> Done<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["--empty", &bytes.to_string()]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut authority = String::new();
        if let Some(said) = child.stdout.take() {
            BufReader::new(said).read_line(&mut authority)?;
        }
        let address = Address { authority: authority.trim().to_owned(), key: key.to_owned() };
        Ok(Self { child, address })
    }

    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Empty {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Is that server until standard input is closed, which it is when whoever started it is gone.
pub(crate) fn serve(bytes: usize) -> Done {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("{}", listener.local_addr()?);
        let answer = format!("\"{}\"", "x".repeat(bytes.saturating_sub(2)));
        let said = async move |Json(_): Json<Value>| {
            (StatusCode::CREATED, [(CONTENT_TYPE, "application/json")], answer.clone())
        };
        let router = Router::new().route("/v1/redemptions", post(said));
        let closed = tokio::task::spawn_blocking(|| std::io::stdin().lines().count());
        tokio::select! {
            served = axum::serve(listener, router) => served?,
            _ = closed => {}
        }
        Ok(())
    })
}
