//! Files for the tests of the asset library, made here: pictures with all that
//! cameras write, drawings, documents, and what only looks like one.

use std::io::{Cursor, Write};

use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

/// A picture that one sees as red at the upper left, green at the upper right,
/// blue at the lower left and white at the lower right, with some unrest in it.
pub fn picture(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let unrest = ((x * 7 + y * 13) % 24) as u8;
        let (left, top) = (x < width / 2, y < height / 2);
        match (left, top) {
            (true, true) => Rgb([230, unrest, unrest]),
            (false, true) => Rgb([unrest, 230, unrest]),
            (true, false) => Rgb([unrest, unrest, 230]),
            (false, false) => Rgb([230, 230, 200 + unrest]),
        }
    })
}

/// A PNG; two of different size are different files.
pub fn png(width: u32, height: u32) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    picture(width, height)
        .write_to(&mut out, ImageFormat::Png)
        .unwrap();
    out.into_inner()
}

/// A JPEG that one sees `width` × `height`, stored as `turn` says (EXIF 1 to 8),
/// with a place and an author if asked.
pub fn jpeg(width: u32, height: u32, turn: Option<u8>, place: bool) -> Vec<u8> {
    let mut stored = DynamicImage::ImageRgb8(picture(width, height));
    // What undoes the turn that viewers will make.
    stored.apply_orientation(match turn.unwrap_or(1) {
        2 => Orientation::FlipHorizontal,
        3 => Orientation::Rotate180,
        4 => Orientation::FlipVertical,
        5 => Orientation::Rotate90FlipH,
        6 => Orientation::Rotate270,
        7 => Orientation::Rotate270FlipH,
        8 => Orientation::Rotate90,
        _ => Orientation::NoTransforms,
    });
    let mut plain = Vec::new();
    JpegEncoder::new_with_quality(&mut plain, 92)
        .encode_image(&stored)
        .unwrap();
    let Some(turn) = turn else { return plain };
    let exif = exif(turn, place);
    let mut out = plain[..2].to_vec();
    out.extend_from_slice(b"\xff\xe1");
    out.extend_from_slice(&u16::try_from(exif.len() + 2).unwrap().to_be_bytes());
    out.extend_from_slice(&exif);
    out.extend_from_slice(&plain[2..]);
    out
}

/// An EXIF block (CIPA DC-008), big endian.
fn exif(turn: u8, place: bool) -> Vec<u8> {
    let entry = |tag: u16, kind: u16, count: u32, value: [u8; 4]| {
        let mut e = tag.to_be_bytes().to_vec();
        e.extend_from_slice(&kind.to_be_bytes());
        e.extend_from_slice(&count.to_be_bytes());
        e.extend_from_slice(&value);
        e
    };
    let mut tiff = b"MM\0\x2a\0\0\0\x08".to_vec();
    let entries: u16 = if place { 3 } else { 1 };
    let after = 8 + 2 + u32::from(entries) * 12 + 4;
    tiff.extend_from_slice(&entries.to_be_bytes());
    tiff.extend(entry(0x0112, 3, 1, [0, turn, 0, 0]));
    if place {
        tiff.extend(entry(0x013b, 2, 12, after.to_be_bytes()));
        tiff.extend(entry(0x8825, 4, 1, (after + 12).to_be_bytes()));
    }
    tiff.extend_from_slice(&[0; 4]);
    if place {
        tiff.extend_from_slice(b"Luca Moretti");
        let degrees = after + 12 + 2 + 4 * 12 + 4;
        tiff.extend_from_slice(&4_u16.to_be_bytes());
        tiff.extend(entry(1, 2, 2, *b"N\0\0\0"));
        tiff.extend(entry(2, 5, 3, degrees.to_be_bytes()));
        tiff.extend(entry(3, 2, 2, *b"E\0\0\0"));
        tiff.extend(entry(4, 5, 3, (degrees + 24).to_be_bytes()));
        tiff.extend_from_slice(&[0; 4]);
        for n in [54_u32, 1, 10, 1, 0, 1, 12, 1, 5, 1, 0, 1] {
            tiff.extend_from_slice(&n.to_be_bytes());
        }
    }
    let mut out = b"Exif\0\0".to_vec();
    out.extend(tiff);
    out
}

/// A drawing.
pub fn svg(inner: &str) -> String {
    format!(
        "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink' viewBox='0 0 90 60'>{inner}</svg>"
    )
}

/// A PNG whose head promises a picture of that size and whose body is all zeros,
/// packed: a few kilobytes that become gigabytes.
pub fn png_bomb(width: u32, height: u32) -> Vec<u8> {
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut head = width.to_be_bytes().to_vec();
    head.extend_from_slice(&height.to_be_bytes());
    head.extend_from_slice(&[8, 2, 0, 0, 0]);
    let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(&vec![0; 4_000_000]).unwrap();
    for (name, body) in [
        (b"IHDR", head),
        (b"IDAT", packer.finish().unwrap()),
        (b"IEND", Vec::new()),
    ] {
        out.extend_from_slice(&u32::try_from(body.len()).unwrap().to_be_bytes());
        let mut chunk = name.to_vec();
        chunk.extend(body);
        out.extend_from_slice(&chunk);
        let mut crc = flate2::Crc::new();
        crc.update(&chunk);
        out.extend_from_slice(&crc.sum().to_be_bytes());
    }
    out
}

/// A ZIP of names and bytes.
pub fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        writer
            .start_file(*name, zip::write::SimpleFileOptions::default())
            .unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}
