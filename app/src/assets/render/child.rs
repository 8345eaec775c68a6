//! The process in which files of others are decoded: with limits to memory and
//! time, an empty environment, and where the system allows it no network.

use std::path::Path;
use std::process::Stdio;
use std::sync::OnceLock;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::{CPU_SECONDS, Done, MEMORY_KB, Task, one};
use crate::error::{Error, Result};

/// What a file is marked with that broke its child.
pub const KILLED: &str =
    "This file takes more memory or time to show than is allowed. The original is kept.";

/// Whether a process can be put into a network of its own, which has no way out.
fn has_own_network() -> bool {
    static KNOWN: OnceLock<bool> = OnceLock::new();
    *KNOWN.get_or_init(|| {
        std::process::Command::new("unshare")
            .args(["--user", "--net", "true"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    })
}

/// Do one task in a child process of `program`, which is this program.
///
/// # Errors
/// Only when the child could not be started. A child that was ended answers
/// with a refusal.
pub async fn run(program: &Path, task: &Task) -> Result<Done> {
    let limits =
        format!("ulimit -v {MEMORY_KB}; ulimit -t {CPU_SECONDS}; ulimit -c 0; exec \"$@\"");
    let mut command = Command::new("sh");
    command.args(["-c", &limits, "sh"]);
    if has_own_network() {
        command.args(["unshare", "--user", "--net"]);
    }
    command.arg(program).arg("render-one");
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default());
    // One arena of memory for all threads, or the address space is used up early.
    command.env("MALLOC_ARENA_MAX", "1");
    command.current_dir(&task.output).kill_on_drop(true);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = command
        .spawn()
        .map_err(|e| Error::Internal(format!("render-one: {e}")))?;
    let text = serde_json::to_vec(task)?;
    if let Some(mut stdin) = child.stdin.take() {
        let _ = stdin.write_all(&text).await;
    }
    let refused = || Done {
        refused: KILLED.to_owned(),
        ..Done::default()
    };
    let wall = Duration::from_secs(one::wall_seconds());
    let output = match tokio::time::timeout(wall, child.wait_with_output()).await {
        Err(_) => return Ok(refused()),
        Ok(output) => output?,
    };
    // 126 and 127: the shell could not start it, which is our fault.
    if matches!(output.status.code(), Some(126 | 127)) {
        return Err(Error::Internal(format!(
            "render-one ended with {}",
            output.status
        )));
    }
    match serde_json::from_slice(&output.stdout) {
        Ok(done) if output.status.success() => Ok(done),
        _ => Ok(refused()),
    }
}
