//! What EXIF, IPTC and XMP say, as fields: a name and a text each.

use image::ImageDecoder;

/// The most characters of one field, and the most fields.
const LONGEST: usize = 500;
const MOST: usize = 60;

/// The fields of a picture. Whatever cannot be read is left out.
pub fn read(decoder: &mut impl ImageDecoder) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    if let Ok(Some(raw)) = decoder.exif_metadata() {
        exif(raw, &mut fields);
    }
    if let Ok(Some(raw)) = decoder.iptc_metadata() {
        iptc(&raw, &mut fields);
    }
    if let Ok(Some(raw)) = decoder.xmp_metadata() {
        xmp(&raw, &mut fields);
    }
    fields.truncate(MOST);
    fields
}

fn add(fields: &mut Vec<(String, String)>, name: &str, text: &str) {
    let text: String = text
        .chars()
        .filter(|c| !c.is_control())
        .take(LONGEST)
        .collect::<String>()
        .trim()
        .trim_matches('"')
        .trim()
        .to_owned();
    if !text.is_empty() && !fields.iter().any(|(n, t)| n == name && *t == text) {
        fields.push((name.to_owned(), text));
    }
}

/// Camera, time, author, place (Exif 2.32, CIPA DC-008).
fn exif(raw: Vec<u8>, fields: &mut Vec<(String, String)>) {
    use exif::{In, Tag};
    let raw = match raw.strip_prefix(b"Exif\0\0") {
        Some(rest) => rest.to_vec(),
        None => raw,
    };
    let Ok(read) = exif::Reader::new().read_raw(raw) else {
        return;
    };
    let tags = [
        (Tag::ImageDescription, "Description"),
        (Tag::Artist, "Author"),
        (Tag::Copyright, "Copyright"),
        (Tag::DateTimeOriginal, "Taken"),
        (Tag::Make, "Camera maker"),
        (Tag::Model, "Camera"),
        (Tag::LensModel, "Lens"),
        (Tag::FNumber, "Aperture"),
        (Tag::ExposureTime, "Exposure"),
        (Tag::PhotographicSensitivity, "ISO"),
        (Tag::FocalLength, "Focal length"),
        (Tag::Orientation, "Orientation"),
        (Tag::Software, "Software"),
    ];
    for (tag, name) in tags {
        if let Some(field) = read.get_field(tag, In::PRIMARY) {
            add(
                fields,
                name,
                &field.display_value().with_unit(&read).to_string(),
            );
        }
    }
    let place = |tag, r#ref| {
        let degrees = read
            .get_field(tag, In::PRIMARY)?
            .display_value()
            .to_string();
        let side = read
            .get_field(r#ref, In::PRIMARY)?
            .display_value()
            .to_string();
        Some(format!("{degrees} {side}"))
    };
    if let (Some(north), Some(east)) = (
        place(Tag::GPSLatitude, Tag::GPSLatitudeRef),
        place(Tag::GPSLongitude, Tag::GPSLongitudeRef),
    ) {
        add(fields, "Place", &format!("{north}, {east}"));
    }
}

/// Records of IPTC-IIM 4.2, as they lie in a JPEG, alone or in Photoshop's
/// resource 0x0404.
fn iptc(raw: &[u8], fields: &mut Vec<(String, String)>) {
    let mut rest = raw;
    if let Some(at) = raw.windows(6).position(|w| w == b"8BIM\x04\x04") {
        let after = &raw[at + 6..];
        let name = usize::from(*after.first().unwrap_or(&0));
        let skip = (name + 2) / 2 * 2 + 4;
        rest = after.get(skip..).unwrap_or_default();
    }
    while let [0x1c, record, number, high, low, tail @ ..] = rest {
        let length = usize::from(*high) << 8 | usize::from(*low);
        let Some(value) = tail.get(..length) else {
            return;
        };
        rest = &tail[length..];
        let name = match (record, number) {
            (2, 5) => "Title",
            (2, 25) => "Keyword",
            (2, 80) => "Author",
            (2, 90) => "City",
            (2, 101) => "Country",
            (2, 105) => "Headline",
            (2, 110) => "Credit",
            (2, 115) => "Source",
            (2, 116) => "Copyright",
            (2, 120) => "Description",
            _ => continue,
        };
        add(fields, name, &String::from_utf8_lossy(value));
    }
}

/// Dublin Core and rights (ISO 16684-1).
fn xmp(raw: &[u8], fields: &mut Vec<(String, String)>) {
    let Ok(text) = std::str::from_utf8(raw) else {
        return;
    };
    let options = roxmltree::ParsingOptions {
        nodes_limit: 20_000,
        ..Default::default()
    };
    let text = text.trim_matches(|c: char| c == '\0' || c == '\u{feff}');
    let Ok(tree) = roxmltree::Document::parse_with_options(text, options) else {
        return;
    };
    let name = |local: &str| match local {
        "title" => Some("Title"),
        "description" => Some("Description"),
        "creator" => Some("Author"),
        "rights" => Some("Copyright"),
        "subject" => Some("Keyword"),
        "UsageTerms" => Some("Terms of use"),
        "WebStatement" => Some("Licence at"),
        "Credit" => Some("Credit"),
        "City" => Some("City"),
        "Country" => Some("Country"),
        _ => None,
    };
    for node in tree.descendants().filter(roxmltree::Node::is_element) {
        for attribute in node.attributes() {
            if let Some(name) = name(attribute.name()) {
                add(fields, name, attribute.value());
            }
        }
        let Some(name) = name(node.tag_name().name()) else {
            continue;
        };
        let items: Vec<_> = node
            .descendants()
            .filter(|n| n.tag_name().name() == "li")
            .collect();
        if items.is_empty() {
            add(fields, name, node.text().unwrap_or_default());
        }
        for item in items {
            add(fields, name, item.text().unwrap_or_default());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn iptc_records_and_xmp_become_fields() {
        let mut fields = Vec::new();
        let mut raw = b"Photoshop 3.0\08BIM\x04\x04\0\0\0\0\0\x14".to_vec();
        raw.extend_from_slice(b"\x1c\x02\x50\0\x05Luca!\x1c\x02\x19\0\x03sea");
        iptc(&raw, &mut fields);
        assert_eq!(
            fields,
            [
                ("Author".into(), "Luca!".into()),
                ("Keyword".into(), "sea".into())
            ]
        );
        let mut fields = Vec::new();
        xmp(
            br#"<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
             xmlns:dc="http://purl.org/dc/elements/1.1/"><rdf:Description><dc:creator><rdf:Seq><rdf:li>Luca</rdf:li></rdf:Seq></dc:creator>
             <dc:rights>All ours</dc:rights></rdf:Description></rdf:RDF></x:xmpmeta>"#,
            &mut fields,
        );
        assert_eq!(
            fields,
            [
                ("Author".into(), "Luca".into()),
                ("Copyright".into(), "All ours".into())
            ]
        );
    }

    proptest! {
        #[test]
        fn no_bytes_break_the_readers(raw in proptest::collection::vec(any::<u8>(), 0..400)) {
            let mut fields = Vec::new();
            exif(raw.clone(), &mut fields);
            iptc(&raw, &mut fields);
            let mut led = b"8BIM\x04\x04".to_vec();
            led.extend_from_slice(&raw);
            iptc(&led, &mut fields);
            xmp(&raw, &mut fields);
        }
    }
}
