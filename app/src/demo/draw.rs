//! Pictures for the demo's asset library, drawn here: signs and scenes as SVG,
//! photographs as pixels with what a camera would write, documents, templates.

use std::io::{Cursor, Write};

use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, RgbImage};

const NAVY: &str = "#12305c";

/// A word in strokes, so that it looks the same without any font.
pub fn word(text: &str, x: f32, y: f32, size: f32) -> String {
    let mut out = String::new();
    for (n, c) in text.chars().enumerate() {
        let d = match c {
            'N' => "M0 6V0L4 6V0",
            'O' => "M2 0a2 3 0 1 0 .01 0z",
            'R' => "M0 6V0h2.4a1.6 1.6 0 0 1 0 3.2H0M2 3.2L4 6",
            'D' => "M0 0v6h1.4a2.6 3 0 0 0 0-6z",
            'H' => "M0 0v6M4 0v6M0 3h4",
            'A' => "M0 6L2 0l2 6M.8 4h2.4",
            'V' => "M0 0l2 6 2-6",
            'P' => "M0 6V0h2.4a1.6 1.6 0 0 1 0 3.2H0",
            'Y' => "M0 0l2 3 2-3M2 3v3",
            'E' => "M3.6 0H0v6h3.6M0 3h3",
            _ => "",
        };
        let at = x + n as f32 * 5.6 * size;
        out.push_str(&format!(
            "<path transform=\"translate({at} {y}) scale({size})\" d=\"{d}\"/>"
        ));
    }
    out
}

const SIGN: &str = "<circle cx=\"21\" cy=\"21\" r=\"19.4\"/><path d=\"M5 27q8-6 16 0t16 0M9 34q6-4 12 0t12 0\"/>\
    <path d=\"M18.2 22.5l1.2-10h3.2l1.2 10M17.5 12h7M21 11V8\"/>";

/// The logo of Nordhaven: sign and word in a colour on a ground, or the sign alone.
pub fn logo(ink: &str, ground: Option<&str>, with_word: bool) -> Vec<u8> {
    let (width, sign_x) = if with_word { (160, 8) } else { (64, 11) };
    let back = ground
        .map(|g| format!("<rect width=\"{width}\" height=\"64\" fill=\"{g}\"/>"))
        .unwrap_or_default();
    let letters = if with_word {
        word("NORDHAVEN", 60.0, 25.0, 1.9)
    } else {
        String::new()
    };
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} 64\" width=\"{}\" height=\"256\">{back}\
         <g fill=\"none\" stroke=\"{ink}\" stroke-width=\"3\" stroke-linecap=\"round\" stroke-linejoin=\"round\" \
         transform=\"translate({sign_x} 11)\">{SIGN}</g><g fill=\"none\" stroke=\"{ink}\" stroke-width=\"1\">{letters}</g></svg>",
        width * 4
    )
    .into_bytes()
}

/// A scene by the sea as a drawing.
pub fn scene(sky: &str, hills: [&str; 3]) -> Vec<u8> {
    let [far, middle, near] = hills;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 160 120\"><rect width=\"160\" height=\"120\" fill=\"{sky}\"/>\
         <circle cx=\"112\" cy=\"52\" r=\"17\" fill=\"#fff3d6\"/><path d=\"M0 70Q40 52 84 64T160 56V120H0Z\" fill=\"{far}\"/>\
         <path d=\"M0 84Q46 66 92 80T160 74V120H0Z\" fill=\"{middle}\"/><path d=\"M0 100Q50 86 100 97T160 94V120H0Z\" fill=\"{near}\"/>\
         <rect x=\"30\" y=\"46\" width=\"7\" height=\"34\" fill=\"#fff8ec\"/><path d=\"M28.5 46h10l-2.5-8h-5z\" fill=\"{near}\"/></svg>"
    )
    .into_bytes()
}

/// A poster for the open day. On the first version the sign is small and in the
/// way of the words; on the second it stands free.
pub fn poster(second: bool) -> Vec<u8> {
    let (x, y, size) = if second {
        (250.0, 10.0, 1.25)
    } else {
        (28.0, 84.0, 0.8)
    };
    let (top, bottom) = (
        word("OPEN", 30.0, 70.0, 11.0),
        word("DAY", 30.0, 150.0, 11.0),
    );
    let name = word("NORDHAVEN", 30.0, 396.0, 3.0);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 320 440\"><rect width=\"320\" height=\"440\" fill=\"#f0c38e\"/>\
         <circle cx=\"228\" cy=\"236\" r=\"38\" fill=\"#fff3d6\"/><path d=\"M0 270Q80 222 168 256T320 238V440H0Z\" fill=\"#e0896b\"/>\
         <path d=\"M0 316Q92 272 184 306T320 292V440H0Z\" fill=\"#6b4a73\"/><path d=\"M0 372Q100 338 200 362T320 354V440H0Z\" fill=\"{NAVY}\"/>\
         <g fill=\"none\" stroke=\"{NAVY}\" stroke-width=\"1.1\">{top}{bottom}</g><g fill=\"none\" stroke=\"#fff\" stroke-width=\"1\">{name}</g>\
         <g fill=\"none\" stroke=\"{NAVY}\" stroke-width=\"3\" stroke-linecap=\"round\" transform=\"translate({x} {y}) scale({size})\">{SIGN}</g></svg>"
    )
    .into_bytes()
}

/// The colours as a sheet.
pub fn palette() -> Vec<u8> {
    let mut tiles = String::new();
    for (n, colour) in [NAVY, "#1d4f8f", "#f2b84b", "#d94f3d", "#2f8f83", "#e9eef6"]
        .iter()
        .enumerate()
    {
        tiles.push_str(&format!(
            "<rect x=\"{}\" y=\"{}\" width=\"54\" height=\"60\" fill=\"{colour}\"/>",
            n % 3 * 54,
            n / 3 * 60
        ));
    }
    format!("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 162 120\">{tiles}</svg>")
        .into_bytes()
}

/// A photograph: sky, hills, light, grain; `portrait` stands upright by EXIF only,
/// as cameras do it.
pub fn photo(seed: u32, portrait: bool) -> Vec<u8> {
    let (w, h) = (1440_u32, 960_u32);
    let warm = [[240, 195, 142], [224, 137, 107], [107, 74, 115]];
    let cool = [[207, 227, 236], [143, 182, 201], [33, 74, 102]];
    let colours = if seed.is_multiple_of(2) { warm } else { cool };
    let picture = RgbImage::from_fn(w, h, |x, y| {
        let (fx, fy) = (f64::from(x) / f64::from(w), f64::from(y) / f64::from(h));
        let phase = f64::from(seed) * 1.7;
        let hill = |base: f64, wave: f64| {
            base + 0.05 * (fx * wave + phase).sin() + 0.02 * (fx * wave * 3.1 + phase).cos()
        };
        let layer = usize::from(fy > hill(0.55, 5.0)) + usize::from(fy > hill(0.75, 7.0));
        let grain =
            f64::from((x.wrapping_mul(31) ^ y.wrapping_mul(17) ^ seed.wrapping_mul(97)) % 13) - 6.0;
        let light = 14.0 * (1.0 - fy) + grain;
        let sun = (fx - 0.7).powi(2) * 2.2 + (fy - 0.4).powi(2) < 0.012 && layer == 0;
        let [r, g, b] = if sun { [255, 243, 214] } else { colours[layer] };
        let shade = |c: i32| (f64::from(c) + light).clamp(0.0, 255.0) as u8;
        Rgb([shade(r), shade(g), shade(b)])
    });
    let mut plain = Vec::new();
    let _ = JpegEncoder::new_with_quality(&mut plain, 88).encode_image(&picture);
    let exif = exif(if portrait { 6 } else { 1 });
    let mut out = plain.get(..2).unwrap_or_default().to_vec();
    out.extend_from_slice(b"\xff\xe1");
    out.extend_from_slice(&u16::try_from(exif.len() + 2).unwrap_or(0).to_be_bytes());
    out.extend_from_slice(&exif);
    out.extend_from_slice(plain.get(2..).unwrap_or_default());
    out
}

/// Orientation, author and camera (CIPA DC-008), big endian.
fn exif(turn: u8) -> Vec<u8> {
    let author = b"Luca Moretti\0";
    let camera = b"Fjord 2\0";
    let mut tiff = b"MM\0\x2a\0\0\0\x08\0\x03".to_vec();
    let after = 8 + 2 + 3 * 12 + 4;
    let mut entry = |tag: u16, kind: u16, count: usize, value: [u8; 4]| {
        tiff.extend_from_slice(&tag.to_be_bytes());
        tiff.extend_from_slice(&kind.to_be_bytes());
        tiff.extend_from_slice(&(count as u32).to_be_bytes());
        tiff.extend_from_slice(&value);
    };
    entry(
        0x0110,
        2,
        camera.len(),
        ((after + author.len()) as u32).to_be_bytes(),
    );
    entry(0x0112, 3, 1, [0, turn, 0, 0]);
    entry(0x013b, 2, author.len(), (after as u32).to_be_bytes());
    tiff.extend_from_slice(&[0; 4]);
    tiff.extend_from_slice(author);
    tiff.extend_from_slice(camera);
    let mut out = b"Exif\0\0".to_vec();
    out.extend(tiff);
    out
}

fn zip(entries: &[(&str, String)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in entries {
        let _ = writer.start_file(*name, zip::write::SimpleFileOptions::default());
        let _ = writer.write_all(text.as_bytes());
    }
    writer.finish().map(Cursor::into_inner).unwrap_or_default()
}

/// The least that word processors open (ECMA-376), with one line of text.
pub fn docx(text: &str) -> Vec<u8> {
    const TYPES: &str = "http://schemas.openxmlformats.org/package/2006/content-types";
    const MAIN: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
    zip(&[
        ("[Content_Types].xml", format!("<?xml version=\"1.0\"?><Types xmlns=\"{TYPES}\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Override PartName=\"/word/document.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/></Types>")),
        ("_rels/.rels", "<?xml version=\"1.0\"?><Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"r1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"word/document.xml\"/></Relationships>".to_owned()),
        ("word/document.xml", format!("<?xml version=\"1.0\"?><w:document xmlns:w=\"{MAIN}\"><w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body></w:document>")),
    ])
}
