//! The server under test: this program, started again as `mil serve`.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::Outcome;
use crate::client::Client;

pub struct Server {
    child: Child,
    pub address: String,
    /// From the start of the program to its first page.
    pub start: Duration,
}

/// Resident memory in megabytes: the program's own, and what it maps of the
/// database file, which the system may take back at any time.
pub struct Memory {
    pub own: f64,
    pub mapped: f64,
}

impl Server {
    pub fn start(dir: &Path, url: &str) -> Outcome<Server> {
        let began = Instant::now();
        let mut child = Command::new(std::env::current_exe()?)
            .args(["serve", "--listen", "127.0.0.1:0", "--log", "error"])
            .args(["--database-url", url])
            .arg("--data-dir")
            .arg(dir)
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().ok_or("no output")?).read_line(&mut line)?;
        let address = line
            .trim()
            .rsplit_once("http://")
            .ok_or("the server did not say its address")?
            .1
            .to_owned();
        let status = Client::connect(&address)?.get("/sign-in")?.status;
        if status != 200 {
            return Err(format!("the first page was answered with {status}").into());
        }
        Ok(Server {
            child,
            address,
            start: began.elapsed(),
        })
    }

    pub fn memory(&self) -> Outcome<Memory> {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let megabytes = |name: &str| {
            let line = text.lines().find(|line| line.starts_with(name))?;
            let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
            Some(kilobytes / 1024.0)
        };
        Ok(Memory {
            own: megabytes("RssAnon").ok_or("no RssAnon")?,
            mapped: megabytes("RssFile").ok_or("no RssFile")?,
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
