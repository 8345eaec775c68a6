//! What the child process does: read one file, write its sizes, say what it is.

use std::io::Read;
use std::path::Path;
use std::process::Command;

use super::raster::{self, BROKEN, TOO_LARGE};
use super::{CPU_SECONDS, Done, Made, Task, pages, svg};

/// The largest drawing, in bytes.
pub(super) const SVG_BYTES: u64 = 10_000_000;
/// The largest picture file, in bytes: it is held in memory while it is read.
pub(super) const RASTER_BYTES: u64 = 120_000_000;
/// The longest side of a drawing that is made into pixels.
pub(super) const SVG_SIDE: u32 = 2400;

/// `mil render-one`: the task comes as JSON on standard input, the answer goes
/// to standard output.
pub fn main() -> std::process::ExitCode {
    let mut text = String::new();
    let task: Option<Task> = std::io::stdin()
        .read_to_string(&mut text)
        .ok()
        .and_then(|_| serde_json::from_str(&text).ok());
    let Some(task) = task else {
        eprintln!("render-one is called by mil itself");
        return std::process::ExitCode::FAILURE;
    };
    let done = run(&task).unwrap_or_else(|refused| Done {
        refused: refused.to_owned(),
        ..Done::default()
    });
    match serde_json::to_string(&done) {
        Ok(text) => {
            println!("{text}");
            std::process::ExitCode::SUCCESS
        }
        Err(_) => std::process::ExitCode::FAILURE,
    }
}

/// What is made of a file.
///
/// # Errors
/// Why it cannot be shown.
pub fn run(task: &Task) -> Result<Done, &'static str> {
    if task.pages > 0 {
        return pages::run(task);
    }
    match task.media_type.as_str() {
        "image/svg+xml" => drawing(task),
        "application/pdf" => paged(task),
        kind if kind.starts_with("video/") => moving(task),
        "image/png" | "image/jpeg" | "image/gif" | "image/webp" | "image/tiff" | "image/bmp" => {
            pixels(task, &bytes(&task.input, RASTER_BYTES)?)
        }
        _ => Ok(Done {
            plain: true,
            ..Done::default()
        }),
    }
}

pub(super) fn bytes(path: &Path, most: u64) -> Result<Vec<u8>, &'static str> {
    let size = std::fs::metadata(path).map_err(|_| BROKEN)?.len();
    if size > most {
        return Err(TOO_LARGE);
    }
    std::fs::read(path).map_err(|_| BROKEN)
}

fn pixels(task: &Task, bytes: &[u8]) -> Result<Done, &'static str> {
    let (pixels, mut done) = raster::read(bytes)?;
    done.look = pixels.look();
    for preset in &task.presets {
        done.made
            .push(pixels.make(preset, &task.output).ok_or(BROKEN)?);
    }
    Ok(done)
}

fn drawing(task: &Task) -> Result<Done, &'static str> {
    let raw = bytes(&task.input, SVG_BYTES)?;
    let text = std::str::from_utf8(&raw).map_err(|_| BROKEN)?;
    let clean = svg::clean(text.trim_start_matches('\u{feff}')).ok_or(BROKEN)?;
    let (pixels, width, height) = svg::draw(&clean, SVG_SIDE).ok_or(BROKEN)?;
    let mut done = Done {
        width,
        height,
        look: pixels.look(),
        ..Done::default()
    };
    std::fs::write(task.output.join("clean.svg"), &clean).map_err(|_| BROKEN)?;
    done.made.push(Made {
        preset: "svg".to_owned(),
        file: "clean.svg".to_owned(),
        media_type: "image/svg+xml".to_owned(),
        width,
        height,
    });
    for preset in &task.presets {
        done.made
            .push(pixels.make(preset, &task.output).ok_or(BROKEN)?);
    }
    Ok(done)
}

/// The first page, by poppler's `pdftoppm` if it is there.
fn paged(task: &Task) -> Result<Done, &'static str> {
    is_pdf(task)?;
    let stem = task.output.join("page");
    let mut command = Command::new("pdftoppm");
    command.args([
        "-f",
        "1",
        "-l",
        "1",
        "-singlefile",
        "-png",
        "-scale-to",
        "1600",
    ]);
    command.arg(&task.input).arg(&stem);
    picture_of(task, command, &stem.with_extension("png"))
}

/// An error unless the file begins as a PDF does.
pub(super) fn is_pdf(task: &Task) -> Result<(), &'static str> {
    let mut head = [0; 5];
    let mut file = std::fs::File::open(&task.input).map_err(|_| BROKEN)?;
    let _ = file.read(&mut head);
    if &head == b"%PDF-" {
        Ok(())
    } else {
        Err(BROKEN)
    }
}

/// A picture from the film's beginning, by `ffmpeg` if it is there.
fn moving(task: &Task) -> Result<Done, &'static str> {
    let poster = task.output.join("poster.png");
    let mut command = Command::new("ffmpeg");
    command.args([
        "-nostdin",
        "-v",
        "error",
        "-threads",
        "1",
        "-protocol_whitelist",
        "file,pipe",
    ]);
    command.args(["-ss", "1", "-i"]).arg(&task.input);
    command
        .args(["-frames:v", "1", "-vf", "scale='min(1600,iw)':-2"])
        .arg(&poster);
    picture_of(task, command, &poster)
}

/// Have another program do its work, under the limits of this one. Says whether
/// it is there.
pub(super) fn call(task: &Task, command: &mut Command) -> Result<bool, &'static str> {
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.current_dir(&task.output);
    command
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null());
    command.stderr(std::process::Stdio::null());
    match command.status() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(_) => Err(BROKEN),
        Ok(_) => Ok(true),
    }
}

/// What another program makes of it: only our own sizes of that, not its
/// original, are kept. The limits of this process hold for that one, too.
fn picture_of(task: &Task, mut command: Command, file: &Path) -> Result<Done, &'static str> {
    let plain = Done {
        plain: true,
        ..Done::default()
    };
    if !call(task, &mut command)? {
        return Ok(plain);
    }
    if !file.exists() {
        return Err(BROKEN);
    }
    let mut done = pixels(task, &bytes(file, RASTER_BYTES)?)?;
    let _ = std::fs::remove_file(file);
    done.made
        .retain(|made| matches!(made.preset.as_str(), "thumb" | "preview"));
    done.meta.clear();
    Ok(done)
}

/// How long the child may take by the clock, in seconds: twice its processor
/// time, for a machine that is busy.
pub const fn wall_seconds() -> u64 {
    CPU_SECONDS * 2
}
