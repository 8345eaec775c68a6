//! Real messages, and ten thousand that were damaged: none makes the program
//! stumble, each is either read or refused, and the bytes stay what they are.
//!
//! The samples are the test data of mail packages, fetched by
//! `scripts/mail-samples.sh`; nobody's mail is in our repository. `./test` fetches
//! them and runs all of this file. Elsewhere only the hundred samples of the crate
//! `mail-parser` are read, and the rest is listed as ignored.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use mil_mail::{html, read};

fn files(dir: &Path, out: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(dir) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, out);
        } else {
            out.push(path);
        }
    }
}

/// Where the source of a package that we build on lies.
fn source_of(package: &str) -> PathBuf {
    let out = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    let text = String::from_utf8(out.stdout).expect("metadata is text");
    let mark = format!("/{package}-");
    let at = text
        .match_indices("\"manifest_path\":\"")
        .map(|(at, m)| &text[at + m.len()..])
        .find(|rest| rest.split('"').next().is_some_and(|p| p.contains(&mark)))
        .expect("the package is there");
    Path::new(at.split('"').next().unwrap_or_default())
        .parent()
        .expect("a file lies in a directory")
        .to_owned()
}

/// Those of the parser, and with `all` those that were fetched; how many at the
/// least.
fn samples(all: bool) -> (Vec<Vec<u8>>, usize) {
    let mut paths = Vec::new();
    files(&source_of("mail-parser").join("resources/eml"), &mut paths);
    paths.retain(|p| p.extension().is_some_and(|e| e == "eml"));
    let mut expected = 100;
    if all {
        let dir = std::env::var("MIL_MAIL_SAMPLES")
            .expect("MIL_MAIL_SAMPLES names what scripts/mail-samples.sh fetched");
        files(Path::new(&dir), &mut paths);
        expected = 300;
    }
    paths.sort();
    let mut all: Vec<Vec<u8>> = paths
        .iter()
        .filter_map(|p| std::fs::read(p).ok())
        .filter(|bytes| !bytes.is_empty() && bytes.len() < 5_000_000)
        .collect();
    all.sort();
    all.dedup();
    (all, expected)
}

/// A small generator with a known beginning: the same damage every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap_or(0) % below.max(1)
    }
}

fn damage(dice: &mut Dice, sample: &[u8], other: &[u8]) -> Vec<u8> {
    let mut out = sample.to_vec();
    for _ in 0..=dice.roll(4) {
        let length = out.len();
        let at = dice.roll(length + 1);
        let end = (at + 1 + dice.roll(200)).min(length);
        match dice.roll(9) {
            0 if at < length => out[at] = u8::try_from(dice.roll(256)).unwrap_or(0),
            1 => out.truncate(at),
            2 if at < end => {
                out.drain(at..end);
            }
            3 if at < end => {
                let piece = out[at..end].repeat(1 + dice.roll(30));
                out.splice(at..at, piece);
            }
            4 => {
                let from = dice.roll(other.len());
                let to = (from + dice.roll(2000)).min(other.len());
                out.splice(at..at, other[from..to].iter().copied());
            }
            5 => {
                let evil: &[&[u8]] = &[
                    b"\0",
                    b"\r\n\r\n",
                    b"--",
                    b"=?utf-8?B?",
                    b"<div><table><b>",
                    b"\xff\xfe\xff",
                    b"Content-Type: multipart/mixed; boundary=\"\"\r\n",
                    b"Content-Transfer-Encoding: base64\r\n",
                    b"Content-Type: message/rfc822\r\n\r\n",
                    b"charset=utf-7",
                ];
                let piece = evil[dice.roll(evil.len())];
                out.splice(at..at, piece.repeat(1 + dice.roll(50)));
            }
            6 => {
                let mut text = Vec::with_capacity(length);
                for byte in &out {
                    if *byte != b'\r' {
                        text.push(*byte);
                    }
                }
                out = text;
            }
            7 if at < end => out[at..end].reverse(),
            _ if at < length => out[at] ^= 1 << dice.roll(8),
            _ => {}
        }
    }
    out
}

/// Read a message with everything that is done to one; how long it took.
fn take(raw: &[u8]) -> (bool, f64) {
    let before = raw.to_vec();
    #[allow(clippy::disallowed_methods)]
    let start = Instant::now();
    let read = read(raw);
    if let Ok(mail) = &read {
        if let Some(markup) = &mail.html {
            let clean = html::clean(markup, Default::default());
            let lower = clean.html.to_lowercase();
            assert!(!lower.contains("<script") && !lower.contains("javascript:"));
        }
        assert!(mail.subject.chars().all(|c| !c.is_control()));
        assert!(mail.text.trim().is_empty() || !mail.parts.said.is_empty());
    }
    let took = start.elapsed().as_secs_f64();
    assert_eq!(raw, before);
    (read.is_ok(), took)
}

fn read_nearly_all(all: bool) {
    let (samples, expected) = samples(all);
    assert!(samples.len() >= expected, "{} samples", samples.len());
    let read = samples.iter().filter(|raw| take(raw).0).count();
    println!("{} samples, {read} read", samples.len());
    assert!(
        read * 100 >= samples.len() * 97,
        "{read} of {}",
        samples.len()
    );
}

#[test]
fn the_parsers_own_samples_are_read() {
    read_nearly_all(false);
}

#[test]
#[ignore = "needs the messages that scripts/mail-samples.sh fetches: run ./test"]
fn every_fetched_sample_is_read() {
    read_nearly_all(true);
}

#[test]
#[ignore = "needs the messages that scripts/mail-samples.sh fetches: run ./test"]
fn ten_thousand_damaged_messages_are_read_or_refused() {
    let (samples, _) = samples(true);
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let (mut sent, mut accepted, mut rejected, mut slowest) = (0, 0, 0, 0.0_f64);
    while sent < 10_000 {
        let (a, b) = (dice.roll(samples.len()), dice.roll(samples.len()));
        let raw = damage(&mut dice, &samples[a], &samples[b]);
        sent += 1;
        let (ok, took) = take(&raw);
        slowest = slowest.max(took);
        if ok {
            accepted += 1;
        } else {
            rejected += 1;
        }
    }
    println!("{sent} sent, {accepted} read, {rejected} refused, slowest {slowest:.3} s");
    assert_eq!(accepted + rejected, sent);
    assert!(slowest < 2.0, "{slowest}");
}
