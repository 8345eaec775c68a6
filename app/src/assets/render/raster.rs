//! Pixels: read within limits, turned the right way up, scaled, and written
//! without any metadata but the colour profile.

use std::io::Cursor;
use std::path::Path;

use fast_image_resize::images::Image;
use fast_image_resize::{PixelType, ResizeOptions, Resizer};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::metadata::Orientation;
use image::{DynamicImage, ExtendedColorType, ImageDecoder, ImageEncoder, ImageReader, Limits};

use super::{Done, MAX_PIXELS, MAX_SIDE, Made, meta};
use crate::assets::model::Preset;

/// Pictures as they are worked on: eight bits, with or without transparency.
pub struct Pixels {
    /// As stored, before `turn`.
    image: Image<'static>,
    clear: bool,
    turn: Orientation,
    profile: Option<Vec<u8>>,
}

/// Why a picture cannot be shown.
pub const TOO_LARGE: &str =
    "This picture has more pixels than can be shown here. Save a smaller copy and upload that.";
/// As above.
pub const BROKEN: &str = "This file is damaged or is not what its name says. Open it in the program it was made with, save it again and upload that.";

/// Read a picture.
///
/// # Errors
/// Why it cannot be shown.
pub fn read(bytes: &[u8]) -> Result<(Pixels, Done), &'static str> {
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|_| BROKEN)?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_PIXELS * 4);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(why)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS || width.max(height) > MAX_SIDE {
        return Err(TOO_LARGE);
    }
    if decoder.total_bytes() > MAX_PIXELS * 4 {
        return Err(TOO_LARGE);
    }
    let turn = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let profile = decoder.icc_profile().ok().flatten();
    let fields = meta::read(&mut decoder);
    let whole = DynamicImage::from_decoder(decoder).map_err(why)?;
    let clear = whole.color().has_alpha();
    let profile = profile.filter(|p| p.get(16..20) == Some(b"RGB "));
    let (kind, raw) = if clear {
        (PixelType::U8x4, whole.into_rgba8().into_raw())
    } else {
        (PixelType::U8x3, whole.into_rgb8().into_raw())
    };
    let image = Image::from_vec_u8(width, height, raw, kind).map_err(|_| BROKEN)?;
    let pixels = Pixels {
        image,
        clear,
        turn,
        profile,
    };
    let (width, height) = pixels.seen();
    let done = Done {
        width,
        height,
        meta: fields,
        ..Done::default()
    };
    Ok((pixels, done))
}

fn why(error: image::ImageError) -> &'static str {
    match error {
        image::ImageError::Limits(_) => TOO_LARGE,
        _ => BROKEN,
    }
}

fn is_across(turn: Orientation) -> bool {
    use Orientation as O;
    matches!(
        turn,
        O::Rotate90 | O::Rotate270 | O::Rotate90FlipH | O::Rotate270FlipH
    )
}

impl Pixels {
    /// From pixels that lie as they are seen.
    pub fn of_rgba(width: u32, height: u32, raw: Vec<u8>) -> Option<Pixels> {
        let image = Image::from_vec_u8(width, height, raw, PixelType::U8x4).ok()?;
        Some(Pixels {
            image,
            clear: true,
            turn: Orientation::NoTransforms,
            profile: None,
        })
    }

    /// Width and height as one sees them.
    fn seen(&self) -> (u32, u32) {
        let (w, h) = (self.image.width(), self.image.height());
        if is_across(self.turn) { (h, w) } else { (w, h) }
    }

    /// Scaled and turned.
    fn scaled(&self, preset: &Preset) -> Option<DynamicImage> {
        let (seen_w, seen_h) = self.seen();
        let (w, h) = size(seen_w, seen_h, preset);
        let (store_w, store_h) = if is_across(self.turn) { (h, w) } else { (w, h) };
        let raw = if (store_w, store_h) == (self.image.width(), self.image.height()) {
            self.image.buffer().to_vec()
        } else {
            let mut to = Image::new(store_w, store_h, self.image.pixel_type());
            let mut options = ResizeOptions::new();
            if preset.crop {
                options = options.fit_into_destination(Some((0.5, 0.5)));
            }
            Resizer::new().resize(&self.image, &mut to, &options).ok()?;
            to.into_vec()
        };
        let mut image = if self.clear {
            DynamicImage::ImageRgba8(image::RgbaImage::from_raw(store_w, store_h, raw)?)
        } else {
            DynamicImage::ImageRgb8(image::RgbImage::from_raw(store_w, store_h, raw)?)
        };
        image.apply_orientation(self.turn);
        Some(image)
    }

    /// Write one size into `dir`.
    pub fn make(&self, preset: &Preset, dir: &Path) -> Option<Made> {
        self.write(self.scaled(preset)?, preset, dir)
    }

    /// A page to look at, and the hashes of its parts.
    pub fn page(&self, preset: &Preset, dir: &Path) -> Option<(Made, String)> {
        let image = self.scaled(preset)?;
        let tiles = super::pages::tiles(&image);
        Some((self.write(image, preset, dir)?, tiles))
    }

    fn write(&self, image: DynamicImage, preset: &Preset, dir: &Path) -> Option<Made> {
        let png = match preset.format.as_str() {
            "png" => true,
            "jpeg" => false,
            _ => self.clear,
        };
        let (ending, media_type) = if png {
            ("png", "image/png")
        } else {
            ("jpg", "image/jpeg")
        };
        let file = format!("{}.{ending}", preset.key);
        let out = std::io::BufWriter::new(std::fs::File::create(dir.join(&file)).ok()?);
        let (width, height) = (image.width(), image.height());
        if png {
            let mut encoder =
                PngEncoder::new_with_quality(out, CompressionType::Default, FilterType::Adaptive);
            self.tag(&mut encoder);
            let color = image.color().into();
            encoder
                .write_image(image.as_bytes(), width, height, color)
                .ok()?;
        } else {
            let mut encoder = JpegEncoder::new_with_quality(out, preset.quality.clamp(1, 100));
            self.tag(&mut encoder);
            let flat = on_white(image);
            encoder
                .write_image(flat.as_raw(), width, height, ExtendedColorType::Rgb8)
                .ok()?;
        }
        Some(Made {
            preset: preset.key.clone(),
            file,
            media_type: media_type.to_owned(),
            width,
            height,
        })
    }

    fn tag(&self, encoder: &mut impl ImageEncoder) {
        if let Some(profile) = &self.profile {
            let _ = encoder.set_icc_profile(profile.clone());
        }
    }

    /// A hash of how it looks: whether each of 64 places is darker than the one
    /// right of it. Copies of other sizes and qualities differ in few bits.
    pub fn look(&self) -> String {
        let tiny = Preset {
            key: String::new(),
            name: String::new(),
            channel: None,
            width: 9,
            height: 8,
            crop: false,
            format: String::new(),
            quality: 90,
            custom: false,
        };
        let grey = self.stretched(&tiny);
        let mut bits = 0_u64;
        for row in grey.chunks(9).take(8) {
            for pair in row.windows(2) {
                bits = bits << 1 | u64::from(pair[0] < pair[1]);
            }
        }
        format!("{bits:016x}")
    }

    fn stretched(&self, to: &Preset) -> Vec<u8> {
        let (w, h) = if is_across(self.turn) {
            (to.height, to.width)
        } else {
            (to.width, to.height)
        };
        let mut small = Image::new(w, h, self.image.pixel_type());
        if Resizer::new()
            .resize(&self.image, &mut small, None)
            .is_err()
        {
            return Vec::new();
        }
        let raw = small.into_vec();
        let image = if self.clear {
            image::RgbaImage::from_raw(w, h, raw).map(DynamicImage::ImageRgba8)
        } else {
            image::RgbImage::from_raw(w, h, raw).map(DynamicImage::ImageRgb8)
        };
        let Some(mut image) = image else {
            return Vec::new();
        };
        image.apply_orientation(self.turn);
        DynamicImage::ImageRgb8(on_white(image))
            .into_luma8()
            .into_raw()
    }
}

/// How large a picture becomes. Nothing is made larger than it is.
fn size(width: u32, height: u32, preset: &Preset) -> (u32, u32) {
    let (w, h) = (f64::from(width), f64::from(height));
    let (pw, ph) = (
        f64::from(preset.width.max(1)),
        f64::from(preset.height.max(1)),
    );
    let round = |x: f64| x.round().max(1.0) as u32;
    if preset.crop {
        let shrink = (w / pw).min(h / ph).min(1.0);
        (round(pw * shrink), round(ph * shrink))
    } else {
        let shrink = (pw / w).min(ph / h).min(1.0);
        (round(w * shrink), round(h * shrink))
    }
}

fn on_white(image: DynamicImage) -> image::RgbImage {
    let DynamicImage::ImageRgba8(clear) = image else {
        return image.into_rgb8();
    };
    let mut flat = image::RgbImage::new(clear.width(), clear.height());
    for (to, from) in flat.pixels_mut().zip(clear.pixels()) {
        let alpha = u16::from(from[3]);
        for c in 0..3 {
            to[c] = ((u16::from(from[c]) * alpha + 255 * (255 - alpha)) / 255) as u8;
        }
    }
    flat
}

/// In how many of their 64 bits two looks differ.
pub fn distance(a: &str, b: &str) -> Option<u32> {
    let bits = |text: &str| u64::from_str_radix(text, 16).ok();
    Some((bits(a)? ^ bits(b)?).count_ones())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_keep_their_shape_and_never_grow() {
        let preset = |width, height, crop| Preset {
            key: "x".into(),
            name: String::new(),
            channel: None,
            width,
            height,
            crop,
            format: "auto".into(),
            quality: 80,
            custom: false,
        };
        for (w, h, p, expected) in [
            (4000, 2000, preset(400, 300, false), (400, 200)),
            (2000, 4000, preset(400, 300, false), (150, 300)),
            (100, 50, preset(400, 300, false), (100, 50)),
            (4000, 2000, preset(1080, 1080, true), (1080, 1080)),
            (400, 200, preset(1080, 1080, true), (200, 200)),
            (30_000, 1, preset(400, 300, false), (400, 1)),
        ] {
            assert_eq!(size(w, h, &p), expected, "{w} × {h}");
        }
        assert_eq!(distance("ff", "0f"), Some(4));
        assert_eq!(distance("x", "0f"), None);
    }
}
