//! The pages of a file as pictures to look at together, with a hash for each of
//! 8 × 8 parts of a page: two versions are told apart by them without reading
//! the pictures again.

use std::process::Command;

use image::DynamicImage;

use super::one::{self, RASTER_BYTES, SVG_BYTES, SVG_SIDE};
use super::raster::{self, BROKEN, Pixels};
use super::{Done, Task, svg};
use crate::assets::model::Preset;

/// How large a page is shown at most, in pixels.
const WIDTH: u32 = 2_000;
const HEIGHT: u32 = 2_800;
/// Into how many parts a page is cut, across and down.
const GRID: u32 = 8;

/// What is made of a file.
///
/// # Errors
/// Why it cannot be shown.
pub fn run(task: &Task) -> Result<Done, &'static str> {
    let mut done = Done::default();
    match task.media_type.as_str() {
        "image/svg+xml" => {
            let raw = one::bytes(&task.input, SVG_BYTES)?;
            let text = std::str::from_utf8(&raw).map_err(|_| BROKEN)?;
            let clean = svg::clean(text.trim_start_matches('\u{feff}')).ok_or(BROKEN)?;
            let (pixels, ..) = svg::draw(&clean, SVG_SIDE).ok_or(BROKEN)?;
            add(task, &mut done, &pixels)?;
        }
        "application/pdf" => paged(task, &mut done)?,
        "image/png" | "image/jpeg" | "image/gif" | "image/webp" | "image/tiff" | "image/bmp" => {
            let (pixels, _) = raster::read(&one::bytes(&task.input, RASTER_BYTES)?)?;
            add(task, &mut done, &pixels)?;
        }
        _ => done.plain = true,
    }
    Ok(done)
}

fn add(task: &Task, done: &mut Done, pixels: &Pixels) -> Result<(), &'static str> {
    let preset = Preset {
        key: format!("page-{:03}", done.made.len() + 1),
        name: String::new(),
        channel: None,
        width: WIDTH,
        height: HEIGHT,
        crop: false,
        format: "auto".to_owned(),
        quality: 90,
        custom: false,
    };
    let (made, tiles) = pixels.page(&preset, &task.output).ok_or(BROKEN)?;
    done.made.push(made);
    done.tiles.push(tiles);
    Ok(())
}

/// Each page by poppler's `pdftoppm`, if it is there.
fn paged(task: &Task, done: &mut Done) -> Result<(), &'static str> {
    one::is_pdf(task)?;
    let mut command = Command::new("pdftoppm");
    let last = task.pages.to_string();
    command.args(["-f", "1", "-l", &last, "-png", "-scale-to", "1800"]);
    command.arg(&task.input).arg(task.output.join("raw"));
    if !one::call(task, &mut command)? {
        done.plain = true;
        return Ok(());
    }
    // raw-1.png or raw-01.png: in order of their numbers, which are as long as
    // the last one.
    let mut files: Vec<_> = std::fs::read_dir(&task.output)
        .map_err(|_| BROKEN)?
        .filter_map(|entry| entry.ok().map(|e| e.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "png"))
        .collect();
    files.sort();
    if files.is_empty() {
        return Err(BROKEN);
    }
    for file in files {
        let (pixels, _) = raster::read(&one::bytes(&file, RASTER_BYTES)?)?;
        add(task, done, &pixels)?;
        let _ = std::fs::remove_file(file);
    }
    Ok(())
}

/// A hash of each part, as 16 hexadecimal digits, row by row (FNV-1a: it tells
/// changes, it proves nothing).
pub fn tiles(image: &DynamicImage) -> String {
    let (width, height) = (image.width(), image.height());
    let channels = usize::from(image.color().channel_count());
    let bytes = image.as_bytes();
    let mut hashes = vec![0xcbf2_9ce4_8422_2325_u64; (GRID * GRID) as usize];
    for y in 0..height {
        let row = y * GRID / height;
        for column in 0..GRID {
            // Every pixel lies in exactly one part.
            let edge =
                |c: u32| ((u64::from(c) * u64::from(width)).div_ceil(u64::from(GRID))) as usize;
            let start = y as usize * width as usize;
            let (from, to) = (start + edge(column), start + edge(column + 1));
            let hash = &mut hashes[(row * GRID + column) as usize];
            for byte in &bytes[from * channels..to * channels] {
                *hash = (*hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
    }
    hashes.iter().map(|hash| format!("{hash:016x}")).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn picture(width: u32, height: u32) -> image::RgbImage {
        image::RgbImage::from_fn(width, height, |x, y| image::Rgb([x as u8, y as u8, 7]))
    }

    proptest! {
        /// One other pixel changes one part: the one it lies in.
        #[test]
        fn a_pixel_changes_its_part(width in 8_u32..60, height in 8_u32..60, at in any::<(u16, u16)>()) {
            let before = picture(width, height);
            let (x, y) = (u32::from(at.0) % width, u32::from(at.1) % height);
            let mut after = before.clone();
            after.put_pixel(x, y, image::Rgb([255, 255, 255]));
            let cut = |image: image::RgbImage| -> Vec<String> {
                let all = tiles(&DynamicImage::ImageRgb8(image));
                all.as_bytes().chunks(16).map(|c| String::from_utf8_lossy(c).into_owned()).collect()
            };
            let (before, after) = (cut(before), cut(after));
            prop_assert_eq!(before.len(), 64);
            let other: Vec<usize> = (0..64).filter(|n| before[*n] != after[*n]).collect();
            prop_assert_eq!(other, vec![(y * 8 / height * 8 + x * 8 / width) as usize]);
        }
    }

    #[test]
    fn the_smallest_picture_has_parts() {
        assert_eq!(
            tiles(&DynamicImage::ImageRgb8(picture(1, 1))).len(),
            64 * 16
        );
    }
}
