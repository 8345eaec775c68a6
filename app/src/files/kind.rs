//! What a file is. The bytes decide where it matters: only what really is a
//! picture or a PDF is ever shown inside the browser.

/// How many bytes [`media_type`] wants to see.
pub const HEAD: usize = 32;

/// Kinds that a browser may show by itself. SVG and HTML can carry scripts and
/// are not among them.
const SHOWN: [&str; 6] = [
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "image/avif",
    "application/pdf",
];

/// Kinds that are named by their ending. None of them is shown by the browser.
const BY_ENDING: [(&str, &str); 24] = [
    ("ai", "application/postscript"),
    ("csv", "text/csv"),
    ("doc", "application/msword"),
    (
        "docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    ("eps", "application/postscript"),
    ("htm", "text/html"),
    ("html", "text/html"),
    ("indd", "application/x-indesign"),
    ("json", "application/json"),
    ("md", "text/markdown"),
    ("mov", "video/quicktime"),
    ("mp3", "audio/mpeg"),
    ("mp4", "video/mp4"),
    ("odt", "application/vnd.oasis.opendocument.text"),
    ("ppt", "application/vnd.ms-powerpoint"),
    (
        "pptx",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ),
    ("psd", "image/vnd.adobe.photoshop"),
    ("svg", "image/svg+xml"),
    ("tif", "image/tiff"),
    ("tiff", "image/tiff"),
    ("txt", "text/plain"),
    ("xls", "application/vnd.ms-excel"),
    (
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    ("zip", "application/zip"),
];

/// The media type: by the first bytes, else by the name, else unknown.
pub fn media_type(head: &[u8], name: &str) -> &'static str {
    if let Some(shown) = by_bytes(head) {
        return shown;
    }
    let ending = super::name::ending(name);
    BY_ENDING
        .iter()
        .find(|(known, _)| *known == ending)
        .map_or("application/octet-stream", |(_, kind)| kind)
}

fn by_bytes(head: &[u8]) -> Option<&'static str> {
    let at = |from: usize, text: &[u8]| head.get(from..from + text.len()) == Some(text);
    Some(match () {
        () if at(0, b"\x89PNG\r\n\x1a\n") => "image/png",
        () if at(0, b"\xff\xd8\xff") => "image/jpeg",
        () if at(0, b"GIF87a") || at(0, b"GIF89a") => "image/gif",
        () if at(0, b"RIFF") && at(8, b"WEBP") => "image/webp",
        () if at(4, b"ftypavif") || at(4, b"ftypavis") => "image/avif",
        () if at(0, b"%PDF-") => "application/pdf",
        () => return None,
    })
}

/// Whether a browser may show it by itself.
pub fn is_shown(media_type: &str) -> bool {
    SHOWN.contains(&media_type)
}

/// Whether it is a picture that a browser may show.
pub fn is_picture(media_type: &str) -> bool {
    is_shown(media_type) && media_type.starts_with("image/")
}

/// The type to send. What could run in a browser is sent as plain bytes.
pub fn sent_as(media_type: &str) -> &str {
    match media_type {
        "text/html" | "image/svg+xml" | "text/markdown" => "application/octet-stream",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_decide_before_names() {
        for (head, name, kind) in [
            (&b"\x89PNG\r\n\x1a\nxx"[..], "a.html", "image/png"),
            (b"\xff\xd8\xff\xe0", "a", "image/jpeg"),
            (b"RIFF\0\0\0\0WEBPVP8 ", "a.webp", "image/webp"),
            (b"%PDF-1.7", "a.svg", "application/pdf"),
            (b"<script>", "a.png", "application/octet-stream"),
            (b"<svg>", "a.svg", "image/svg+xml"),
            (b"<html>", "A.HTML", "text/html"),
            (b"", "a.pdf", "application/octet-stream"),
            (
                b"PK\x03\x04",
                "a.docx",
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            ),
        ] {
            assert_eq!(media_type(head, name), kind, "{name}");
        }
        assert!(!is_shown("image/svg+xml") && !is_shown("text/html"));
        assert_eq!(sent_as("image/svg+xml"), "application/octet-stream");
        assert!(is_picture("image/png") && !is_picture("application/pdf"));
    }
}
