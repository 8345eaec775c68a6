//! The text of DOCX and XLSX: a ZIP of XML files, read as a stream. What it
//! unfolds to is limited while it is read, so that a small file cannot become a
//! large one (a "zip bomb"); entities are never looked up.

use std::io::{BufReader, Cursor, Read};

use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::Event;
use zip::ZipArchive;

/// The most bytes that all parts together may unfold to.
const UNFOLDED: u64 = 40_000_000;
/// How many times its size a part may unfold to, from a megabyte on.
const RATIO: u64 = 200;
/// The most parts of a file.
const PARTS: usize = 5_000;
/// The most text, in bytes.
const TEXT: usize = 2_000_000;

/// The text of a Word document.
pub fn docx(bytes: &[u8]) -> Result<String, &'static str> {
    read(bytes, |name| {
        let part = name.strip_prefix("word/")?.strip_suffix(".xml")?;
        let speaks = [
            "document",
            "header",
            "footer",
            "footnotes",
            "endnotes",
            "comments",
        ];
        speaks
            .iter()
            .any(|kind| part.trim_end_matches(|c: char| c.is_ascii_digit()) == *kind)
            .then_some("t")
    })
}

/// The words of an Excel workbook.
pub fn xlsx(bytes: &[u8]) -> Result<String, &'static str> {
    read(bytes, |name| {
        let words = name == "xl/sharedStrings.xml"
            || (name.starts_with("xl/worksheets/sheet") && name.ends_with(".xml"))
            || name.starts_with("xl/comments");
        words.then_some("t")
    })
}

/// The text inside elements of a name, in the parts that `wanted` gives it for.
fn read(
    bytes: &[u8],
    wanted: impl Fn(&str) -> Option<&'static str>,
) -> Result<String, &'static str> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|_| "no such file can be read")?;
    if zip.len() > PARTS {
        return Err("too many parts");
    }
    let mut left = UNFOLDED;
    let mut out = String::new();
    for at in 0..zip.len() {
        let part = zip.by_index(at).map_err(|_| "no such file can be read")?;
        let Some(element) = std::str::from_utf8(part.name_raw()).ok().and_then(&wanted) else {
            continue;
        };
        let (packed, unfolded) = (part.compressed_size(), part.size());
        if unfolded > 1_000_000 && unfolded > packed.max(1).saturating_mul(RATIO) {
            return Err("it unfolds to too much");
        }
        // What the file says of its size may be a lie: what is read counts.
        let mut limited = part.take(left + 1);
        texts(BufReader::new(&mut limited), element, &mut out)?;
        let read = left + 1 - limited.limit();
        if read > left {
            return Err("it unfolds to too much");
        }
        left -= read;
        if out.len() >= TEXT {
            break;
        }
    }
    Ok(out)
}

fn texts(part: impl std::io::BufRead, element: &str, out: &mut String) -> Result<(), &'static str> {
    let mut reader = Reader::from_reader(part);
    let mut buffer = Vec::new();
    let mut inside = 0_usize;
    loop {
        match reader.read_event_into(&mut buffer) {
            Ok(Event::Start(start)) if start.local_name().as_ref() == element => inside += 1,
            Ok(Event::End(end)) => {
                let name = end.local_name();
                if name.as_ref() == element {
                    inside = inside.saturating_sub(1);
                }
                // A paragraph, a cell or a shared string ends.
                if matches!(name.as_ref(), "p" | "si" | "c" | "tc") {
                    out.push(' ');
                }
            }
            Ok(Event::Empty(empty)) if matches!(empty.local_name().as_ref(), "br" | "tab") => {
                out.push(' ');
            }
            Ok(Event::Text(text)) if inside > 0 => out.push_str(&text.xml10_content()),
            Ok(Event::GeneralRef(name)) if inside > 0 => match name.resolve_char_ref() {
                Ok(Some(c)) => out.push(c),
                Ok(None) => out.push_str(resolve_xml_entity(&name.xml10_content()).unwrap_or(" ")),
                Err(_) => out.push(' '),
            },
            Ok(Event::Eof) => return Ok(()),
            Ok(_) => {}
            Err(_) => return Err("its text cannot be read"),
        }
        if out.len() >= TEXT {
            return Ok(());
        }
        buffer.clear();
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in parts {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    #[test]
    fn words_of_documents_and_tables_are_read() {
        let xml = br#"<?xml version="1.0"?><w:document xmlns:w="x"><w:body><w:p><w:r><w:t>Light</w:t></w:r><w:r><w:t>house &amp; sea&#33;</w:t></w:r></w:p><w:p><w:r><w:t>Second</w:t></w:r></w:p><w:instrText>HIDDEN</w:instrText></w:body></w:document>"#;
        let file = zipped(&[
            ("[Content_Types].xml", b"<x/>"),
            ("word/document.xml", xml),
            ("word/styles.xml", b"<w:t>style</w:t>"),
        ]);
        assert_eq!(docx(&file).unwrap().trim(), "Lighthouse & sea! Second");
        let shared = b"<sst><si><t>Fees</t></si><si><r><t>2026</t></r></si></sst>";
        let sheet =
            b"<worksheet><c t=\"inlineStr\"><is><t>Inline</t></is></c><c><v>17</v></c></worksheet>";
        let file = zipped(&[
            ("xl/sharedStrings.xml", shared),
            ("xl/worksheets/sheet1.xml", sheet),
        ]);
        let text = xlsx(&file).unwrap();
        assert_eq!(
            text.split_whitespace().collect::<Vec<_>>(),
            ["Fees", "2026", "Inline"]
        );
    }

    #[test]
    fn bombs_and_broken_files_are_refused() {
        let bomb = vec![b' '; 60_000_000];
        let file = zipped(&[("word/document.xml", &bomb)]);
        assert!(file.len() < 1_000_000);
        assert!(docx(&file).is_err());
        let mut entities = String::from("<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\">");
        for (name, of) in [("b", "a"), ("c", "b"), ("d", "c")] {
            entities.push_str(&format!(
                "<!ENTITY {name} \"{}\">",
                format!("&{of};").repeat(10)
            ));
        }
        let xml = format!("{entities}]><w:document><w:t>x&d;y</w:t></w:document>");
        let file = zipped(&[("word/document.xml", xml.as_bytes())]);
        assert_eq!(docx(&file).unwrap(), "x y", "entities are never looked up");
        for broken in [&b"PK\x03\x04"[..], b"", b"%PDF-1.4"] {
            assert!(docx(broken).is_err());
        }
        let file = zipped(&[("word/document.xml", b"<w:t>open</w:x>")]);
        assert!(docx(&file).is_err());
        let mut cut = zipped(&[("word/document.xml", b"<w:t>whole</w:t>")]);
        cut.truncate(40);
        assert!(docx(&cut).is_err());
    }
}
