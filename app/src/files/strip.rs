//! Pictures without what a camera or a program wrote into them: places, names,
//! thumbnails of what was cut off (pure). The pixels are not touched, so nothing
//! loses quality or stops moving.
//!
//! Of each kind only the parts that draw are kept, and whatever follows the end
//! is left out. The orientation of a JPEG is kept, because it draws, too.

/// Why nothing is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// It is not what it says, or breaks off.
    Broken,
    /// It carries what cannot be taken out of this kind.
    Carries,
}

/// The picture without it. What needs no change comes back as it was.
///
/// # Errors
/// See [`Unfit`].
pub fn strip(media_type: &str, bytes: &[u8]) -> Result<Vec<u8>, Unfit> {
    match media_type {
        "image/jpeg" => jpeg(bytes),
        "image/png" => png(bytes),
        "image/webp" => webp(bytes),
        "image/gif" => gif(bytes),
        _ => other(bytes),
    }
}

/// A reader that never goes beyond the end.
struct Parts<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Parts<'a> {
    fn take(&mut self, n: usize) -> Result<&'a [u8], Unfit> {
        let end = self.at.checked_add(n).ok_or(Unfit::Broken)?;
        let part = self.bytes.get(self.at..end).ok_or(Unfit::Broken)?;
        self.at = end;
        Ok(part)
    }

    fn byte(&mut self) -> Result<u8, Unfit> {
        Ok(self.take(1)?[0])
    }

    fn number<const N: usize>(&mut self) -> Result<[u8; N], Unfit> {
        self.take(N)?.try_into().map_err(|_| Unfit::Broken)
    }
}

/// ISO/IEC 10918-1, annex B.
fn jpeg(bytes: &[u8]) -> Result<Vec<u8>, Unfit> {
    let mut from = Parts { bytes, at: 0 };
    if from.take(2)? != b"\xff\xd8" {
        return Err(Unfit::Broken);
    }
    let (mut out, mut turn) = (Vec::with_capacity(bytes.len()), None);
    loop {
        let start = from.at;
        if from.byte()? != 0xff {
            return Err(Unfit::Broken);
        }
        let mut marker = from.byte()?;
        while marker == 0xff {
            marker = from.byte()?;
        }
        match marker {
            0xd9 => {
                out.extend_from_slice(b"\xff\xd9");
                break;
            }
            // Without a length.
            0x01 | 0xd0..=0xd8 => out.extend_from_slice(&[0xff, marker]),
            _ => {
                let length = usize::from(u16::from_be_bytes(from.number()?));
                let body = from.take(length.checked_sub(2).ok_or(Unfit::Broken)?)?;
                if marker == 0xe1 && turn.is_none() {
                    turn = body.strip_prefix(b"Exif\0\0").and_then(turn_of);
                }
                let draws = match marker {
                    0xe0 => body.starts_with(b"JFIF\0"),
                    0xe2 => body.starts_with(b"ICC_PROFILE\0"),
                    0xee => body.starts_with(b"Adobe"),
                    0xe1..=0xef | 0xfe => false,
                    _ => true,
                };
                if draws {
                    out.extend_from_slice(&[0xff, marker]);
                    out.extend_from_slice(&u16::to_be_bytes(length as u16));
                    out.extend_from_slice(body);
                }
                if marker == 0xda {
                    let begin = from.at;
                    from.at = scan_end(bytes, begin).ok_or(Unfit::Broken)?;
                    out.extend_from_slice(&bytes[begin..from.at]);
                }
            }
        }
        if from.at == start {
            return Err(Unfit::Broken);
        }
    }
    let mut whole = b"\xff\xd8".to_vec();
    if let Some(turn) = turn.filter(|turn| (2..=8).contains(turn)) {
        // Exif with nothing but the orientation.
        whole.extend_from_slice(b"\xff\xe1\x00\x22Exif\0\0MM\0\x2a\0\0\0\x08\0\x01");
        whole.extend_from_slice(b"\x01\x12\0\x03\0\0\0\x01\0");
        whole.push(turn);
        whole.extend_from_slice(b"\0\0\0\0\0\0");
    }
    whole.extend_from_slice(&out);
    Ok(whole)
}

/// Where the data of a scan that begins at `at` ends: at a marker that is neither
/// a stuffed byte nor a restart.
fn scan_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += bytes.get(at..)?.iter().position(|b| *b == 0xff)?;
        match bytes.get(at + 1)? {
            0x00 | 0xd0..=0xd7 => at += 2,
            0xff => at += 1,
            _ => return Some(at),
        }
    }
}

/// The orientation that Exif names (TIFF 6.0, tag 274), 1 to 8.
fn turn_of(tiff: &[u8]) -> Option<u8> {
    let big = match tiff.get(..4)? {
        b"MM\0\x2a" => true,
        b"II\x2a\0" => false,
        _ => return None,
    };
    let short = |at: usize| -> Option<u16> {
        let two: [u8; 2] = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if big {
            u16::from_be_bytes(two)
        } else {
            u16::from_le_bytes(two)
        })
    };
    let long = |at: usize| -> Option<u32> {
        let four: [u8; 4] = tiff.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if big {
            u32::from_be_bytes(four)
        } else {
            u32::from_le_bytes(four)
        })
    };
    let first = usize::try_from(long(4)?).ok()?;
    (0..usize::from(short(first)?).min(200))
        .map(|n| first + 2 + n * 12)
        .find(|at| short(*at) == Some(274))
        .and_then(|at| u8::try_from(short(at + 8)?).ok())
}

/// What draws in a PNG (third edition, 11): all else is text, time or private.
const PNG: [&[u8; 4]; 20] = [
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB",
    b"cICP", b"mDCV", b"cLLI", b"bKGD", b"hIST", b"pHYs", b"sPLT", b"acTL", b"fcTL", b"fdAT",
];

fn png(bytes: &[u8]) -> Result<Vec<u8>, Unfit> {
    let mut from = Parts { bytes, at: 0 };
    let head = from.take(8)?;
    if head != b"\x89PNG\r\n\x1a\n" {
        return Err(Unfit::Broken);
    }
    let mut out = head.to_vec();
    loop {
        let start = from.at;
        let length = u32::from_be_bytes(from.number()?) as usize;
        let kind: [u8; 4] = from.number()?;
        from.take(length)?;
        from.take(4)?; // the checksum
        if PNG.contains(&&kind) {
            out.extend_from_slice(&bytes[start..from.at]);
        }
        if &kind == b"IEND" {
            return Ok(out);
        }
    }
}

/// The container specification of WebP.
fn webp(bytes: &[u8]) -> Result<Vec<u8>, Unfit> {
    let mut from = Parts { bytes, at: 0 };
    if from.take(4)? != b"RIFF" {
        return Err(Unfit::Broken);
    }
    let size = u32::from_le_bytes(from.number()?) as usize;
    if from.take(4)? != b"WEBP" {
        return Err(Unfit::Broken);
    }
    let end = size.checked_add(8).filter(|end| *end <= bytes.len());
    let end = end.ok_or(Unfit::Broken)?;
    let mut out = b"RIFF\0\0\0\0WEBP".to_vec();
    while from.at < end {
        let kind: [u8; 4] = from.number()?;
        let length = u32::from_le_bytes(from.number()?) as usize;
        let body = from.take(length)?;
        if length % 2 == 1 && from.at < end {
            from.take(1)?;
        }
        let draws = [
            b"VP8 ", b"VP8L", b"VP8X", b"ANIM", b"ANMF", b"ALPH", b"ICCP",
        ];
        if !draws.contains(&&kind) {
            continue;
        }
        out.extend_from_slice(&kind);
        out.extend_from_slice(&(length as u32).to_le_bytes());
        let at = out.len();
        out.extend_from_slice(body);
        if &kind == b"VP8X" && length > 0 {
            out[at] &= !0b0000_1100; // neither Exif nor XMP
        }
        if length % 2 == 1 {
            out.push(0);
        }
    }
    let size = u32::try_from(out.len() - 8).map_err(|_| Unfit::Broken)?;
    out[4..8].copy_from_slice(&size.to_le_bytes());
    Ok(out)
}

/// GIF89a.
fn gif(bytes: &[u8]) -> Result<Vec<u8>, Unfit> {
    let mut from = Parts { bytes, at: 0 };
    let head = from.take(13)?;
    if !head.starts_with(b"GIF8") {
        return Err(Unfit::Broken);
    }
    let table = |packed: u8| {
        if packed & 0x80 == 0 {
            0
        } else {
            3 << ((packed & 7) + 1)
        }
    };
    from.take(table(head[10]))?;
    let mut out = bytes[..from.at].to_vec();
    loop {
        let start = from.at;
        let keep = match from.byte()? {
            0x3b => {
                out.push(0x3b);
                return Ok(out);
            }
            0x2c => {
                let place = from.take(9)?;
                from.take(table(place[8]))?;
                from.byte()?; // code size
                true
            }
            0x21 => match from.byte()? {
                0xf9 => true,
                // Only how often it is repeated.
                0xff => {
                    let name = from.bytes.get(from.at..from.at + 12);
                    name.is_some_and(|n| &n[1..] == b"NETSCAPE2.0" || &n[1..] == b"ANIMEXTS1.0")
                }
                _ => false,
            },
            _ => return Err(Unfit::Broken),
        };
        loop {
            let length = usize::from(from.byte()?);
            if length == 0 {
                break;
            }
            from.take(length)?;
        }
        if keep {
            out.extend_from_slice(&bytes[start..from.at]);
        }
    }
}

/// Kinds without a reader of their own, such as AVIF: only if they carry nothing.
fn other(bytes: &[u8]) -> Result<Vec<u8>, Unfit> {
    let holds = |part: &[u8]| bytes.windows(part.len()).any(|w| w == part);
    if holds(b"Exif") || holds(b"rdf+xml") || holds(b"<x:xmpmeta") {
        return Err(Unfit::Carries);
    }
    Ok(bytes.to_vec())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECRET: &[u8] = b"N 53 33 E 9 59";

    fn holds(bytes: &[u8]) -> bool {
        bytes.windows(SECRET.len()).any(|w| w == SECRET)
    }

    fn picture() -> image::DynamicImage {
        let dot = |x: u32, y: u32| image::Rgb([x as u8 * 16, y as u8 * 30, 90]);
        image::DynamicImage::ImageRgb8(image::RgbImage::from_fn(16, 8, dot))
    }

    fn written(format: image::ImageFormat) -> Vec<u8> {
        let mut out = std::io::Cursor::new(Vec::new());
        picture().write_to(&mut out, format).unwrap();
        out.into_inner()
    }

    fn pixels(bytes: &[u8]) -> image::RgbImage {
        image::load_from_memory(bytes).unwrap().into_rgb8()
    }

    fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
        let mut out = vec![0xff, marker];
        out.extend_from_slice(&(body.len() as u16 + 2).to_be_bytes());
        out.extend_from_slice(body);
        out
    }

    #[test]
    fn a_jpeg_keeps_its_pixels_and_its_turn_and_nothing_else() {
        let plain = written(image::ImageFormat::Jpeg);
        for (order, turn) in [(true, 6_u16), (false, 8)] {
            let two = |n: u16| {
                if order {
                    n.to_be_bytes()
                } else {
                    n.to_le_bytes()
                }
            };
            let four = |n: u32| {
                if order {
                    n.to_be_bytes()
                } else {
                    n.to_le_bytes()
                }
            };
            let mut exif = b"Exif\0\0".to_vec();
            exif.extend_from_slice(if order { b"MM" } else { b"II" });
            exif.extend_from_slice(&two(42));
            exif.extend_from_slice(&four(8));
            exif.extend_from_slice(&two(1));
            for part in [two(274), two(3)] {
                exif.extend_from_slice(&part);
            }
            exif.extend_from_slice(&four(1));
            exif.extend_from_slice(&two(turn));
            exif.extend_from_slice(&[0; 6]);
            exif.extend_from_slice(SECRET);
            let mut full = plain[..2].to_vec();
            for (marker, body) in [
                (0xe1, exif.as_slice()),
                (0xed, SECRET),
                (0xfe, SECRET),
                (0xef, SECRET),
            ] {
                full.extend(segment(marker, body));
            }
            full.extend_from_slice(&plain[2..]);
            full.extend_from_slice(SECRET); // behind the end
            let clean = strip("image/jpeg", &full).unwrap();
            assert!(holds(&full) && !holds(&clean));
            assert_eq!(pixels(&clean), pixels(&plain));
            let exif = clean.windows(6).position(|w| w == b"Exif\0\0").unwrap();
            assert_eq!(turn_of(&clean[exif + 6..]), Some(turn as u8));
            // Once more changes nothing.
            assert_eq!(strip("image/jpeg", &clean).unwrap(), clean);
        }
        assert_eq!(
            pixels(&strip("image/jpeg", &plain).unwrap()),
            pixels(&plain)
        );
    }

    #[test]
    fn a_png_keeps_what_draws() {
        let plain = written(image::ImageFormat::Png);
        let mut full = plain[..33].to_vec();
        for kind in [b"tEXt", b"eXIf", b"iTXt", b"tIME", b"prVt"] {
            full.extend_from_slice(&(SECRET.len() as u32).to_be_bytes());
            full.extend_from_slice(kind);
            full.extend_from_slice(SECRET);
            full.extend_from_slice(&[0; 4]);
        }
        full.extend_from_slice(&plain[33..]);
        full.extend_from_slice(SECRET);
        assert_eq!(strip("image/png", &full).unwrap(), plain);
    }

    #[test]
    fn a_webp_and_a_gif_keep_what_draws() {
        let plain = written(image::ImageFormat::WebP);
        let mut full = plain.clone();
        for kind in [b"EXIF", b"XMP ", b"ABCD"] {
            full.extend_from_slice(kind);
            full.extend_from_slice(&(SECRET.len() as u32).to_le_bytes());
            full.extend_from_slice(SECRET);
        }
        let size = (full.len() - 8) as u32;
        full[4..8].copy_from_slice(&size.to_le_bytes());
        full.extend_from_slice(SECRET);
        let clean = strip("image/webp", &full).unwrap();
        assert_eq!(clean, plain);

        let plain = written(image::ImageFormat::Gif);
        let table = 13
            + if plain[10] & 0x80 == 0 {
                0
            } else {
                3 << ((plain[10] & 7) + 1)
            };
        let mut full = plain[..table].to_vec();
        full.extend_from_slice(&[0x21, 0xfe, SECRET.len() as u8]);
        full.extend_from_slice(SECRET);
        full.push(0);
        full.extend_from_slice(b"\x21\xff\x0bXMP DataXMP");
        full.push(SECRET.len() as u8);
        full.extend_from_slice(SECRET);
        full.push(0);
        full.extend_from_slice(&plain[table..]);
        full.extend_from_slice(SECRET);
        let clean = strip("image/gif", &full).unwrap();
        assert!(!holds(&clean));
        assert_eq!(pixels(&clean), pixels(&plain));
    }

    #[test]
    fn what_cannot_be_cleaned_is_not_taken() {
        assert_eq!(
            strip("image/avif", b"....ftypavif...Exif"),
            Err(Unfit::Carries)
        );
        assert_eq!(
            strip("image/avif", b"....ftypavif...").unwrap(),
            b"....ftypavif..."
        );
        for kind in ["image/jpeg", "image/png", "image/webp", "image/gif"] {
            assert_eq!(strip(kind, b""), Err(Unfit::Broken), "{kind}");
            assert_eq!(
                strip(kind, b"no picture at all"),
                Err(Unfit::Broken),
                "{kind}"
            );
        }
    }

    proptest! {
        /// Whatever comes in, it ends, and nothing larger comes out.
        #[test]
        fn nothing_breaks_it(
            kind in prop::sample::select(vec!["image/jpeg", "image/png", "image/webp", "image/gif"]),
            at in 0_usize..400, with in any::<u8>(), cut in 0_usize..400,
        ) {
            let format = image::ImageFormat::from_mime_type(kind).unwrap();
            let mut bytes = written(format);
            let (len, at) = (bytes.len(), at);
            bytes[at % len] = with;
            let _ = strip(kind, &bytes);
            bytes.truncate(cut % len);
            if let Ok(clean) = strip(kind, &bytes) {
                prop_assert!(clean.len() <= bytes.len() + 64);
            }
        }
    }
}
