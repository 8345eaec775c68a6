//! The text of a PDF, by `pdftotext` (Poppler) where it is installed. It runs in
//! a process of its own with a limit of time, so that no file can hurt us; what
//! it writes is read up to a limit.

use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::time::Duration;

/// How long one file may take.
const SECONDS: u64 = 20;
/// Only the first pages are read.
const PAGES: &str = "300";
/// The most text, in bytes.
const TEXT: u64 = 2_000_000;

/// The text of a file.
pub fn text(bytes: &[u8]) -> Result<String, &'static str> {
    if !bytes.starts_with(b"%PDF-") {
        return Err("no such file can be read");
    }
    let mut child = Command::new("pdftotext")
        .args(["-q", "-enc", "UTF-8", "-l", PAGES, "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|_| "pdftotext is not installed")?;
    let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err("pdftotext cannot be spoken to");
    };
    let file = bytes.to_vec();
    // It may stop reading at any time; then there is nobody to write to.
    let writer = std::thread::spawn(move || {
        let _ = input.write_all(&file);
    });
    let reader = std::thread::spawn(move || {
        let mut text = Vec::new();
        let _ = output.take(TEXT).read_to_end(&mut text);
        text
    });
    let mut done = None;
    for _ in 0..SECONDS * 20 {
        match child.try_wait() {
            Ok(Some(status)) => {
                done = Some(status.success());
                break;
            }
            Ok(None) if reader.is_finished() => break,
            Ok(None) => std::thread::sleep(Duration::from_millis(50)),
            Err(_) => break,
        }
    }
    if done.is_none() {
        let _ = child.kill();
        let _ = child.wait();
    }
    let _ = writer.join();
    let text = reader.join().unwrap_or_default();
    match done {
        Some(false) => Err("its text cannot be read"),
        None if text.is_empty() => Err("it takes too long"),
        _ => Ok(String::from_utf8_lossy(&text).into_owned()),
    }
}
