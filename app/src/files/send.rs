//! Handing out the bytes of a file.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use mil_blob::Reader;

use crate::error::Result;
use crate::files::intake::disk;
use crate::files::store::Attachment;
use crate::files::{kind, name};
use crate::state::App;

/// What a browser may do with a picture it opens on its own: show it.
const PICTURE_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; sandbox";
/// Browsers show PDF in a viewer of their own, apart from our pages, and refuse
/// to when the answer is in a sandbox.
const PDF_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'none'";

/// The file as an answer: the whole, the part that `Range` asks for (RFC 9110,
/// 14), or nothing when the client has it already. Pictures and PDF are shown
/// by the browser unless `download` is set; everything else is always saved.
pub async fn file(
    app: &App,
    file: &Attachment,
    headers: &HeaderMap,
    download: bool,
) -> Result<Response> {
    let tag = format!("\"{}\"", file.sha256);
    let asked = |name: HeaderName| headers.get(name).and_then(|v| v.to_str().ok());
    if asked(header::IF_NONE_MATCH).is_some_and(|known| known.contains(&tag)) {
        let mut response = StatusCode::NOT_MODIFIED.into_response();
        common(&mut response, file, &tag, download);
        return Ok(response);
    }
    let same = asked(header::IF_RANGE).is_none_or(|known| known == tag);
    let part = asked(header::RANGE)
        .filter(|_| same)
        .map_or(Part::Whole, |range| part(range, file.size));
    let (status, from, length) = match part {
        Part::Whole => (StatusCode::OK, 0, file.size),
        Part::Of(from, length) => (StatusCode::PARTIAL_CONTENT, from, length),
        Part::Outside => {
            let mut response = StatusCode::RANGE_NOT_SATISFIABLE.into_response();
            set(
                &mut response,
                header::CONTENT_RANGE,
                &format!("bytes */{}", file.size),
            );
            set(
                &mut response,
                header::CONTENT_TYPE,
                "application/octet-stream",
            );
            return Ok(response);
        }
    };
    let reader = app
        .blobs
        .open(&file.sha()?, from, Some(length))
        .await
        .map_err(disk)?;
    let mut response = (status, body(reader)).into_response();
    common(&mut response, file, &tag, download);
    set(&mut response, header::CONTENT_LENGTH, &length.to_string());
    if status == StatusCode::PARTIAL_CONTENT {
        let range = format!("bytes {from}-{}/{}", from + length - 1, file.size);
        set(&mut response, header::CONTENT_RANGE, &range);
    }
    Ok(response)
}

fn common(response: &mut Response, file: &Attachment, tag: &str, download: bool) {
    let inline = !download && kind::is_shown(&file.media_type);
    let policy = if file.media_type == "application/pdf" {
        PDF_POLICY
    } else {
        PICTURE_POLICY
    };
    set(
        response,
        header::CONTENT_TYPE,
        kind::sent_as(&file.media_type),
    );
    set(
        response,
        header::CONTENT_DISPOSITION,
        &name::disposition(inline, &file.name),
    );
    set(response, header::CONTENT_SECURITY_POLICY, policy);
    set(response, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(response, header::ACCEPT_RANGES, "bytes");
    set(response, header::ETAG, tag);
    // Asked for again each time, because the permission may be gone by then.
    set(response, header::CACHE_CONTROL, "private, no-cache");
}

fn set(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

fn body(reader: Reader) -> Body {
    Body::from_stream(futures_util::stream::unfold(
        Some(reader),
        |reader| async move {
            let mut reader = reader?;
            match reader.next().await {
                Ok(Some(piece)) => Some((Ok(piece), Some(reader))),
                Ok(None) => None,
                Err(error) => Some((Err(error), None)),
            }
        },
    ))
}

/// What `Range` asks for.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    Whole,
    /// From, and how many bytes.
    Of(u64, u64),
    Outside,
}

/// One range of bytes. Several at once, or another unit, may be ignored
/// (RFC 9110, 14.2), and are.
fn part(range: &str, size: u64) -> Part {
    let Some((first, last)) = range
        .strip_prefix("bytes=")
        .filter(|rest| !rest.contains(','))
        .and_then(|rest| rest.trim().split_once('-'))
    else {
        return Part::Whole;
    };
    let number = |text: &str| -> Option<u64> {
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| text.parse().unwrap_or(u64::MAX))
    };
    match (first, last, number(first), number(last)) {
        ("", _, _, Some(0)) => Part::Outside,
        ("", _, _, Some(n)) if size > 0 => Part::Of(size.saturating_sub(n), n.min(size)),
        (_, "", Some(from), _) if from < size => Part::Of(from, size - from),
        (_, _, Some(from), Some(to)) if to < from => Part::Whole,
        (_, _, Some(from), Some(to)) if from < size => Part::Of(from, to.min(size - 1) - from + 1),
        (_, "", Some(_), _) | (_, _, Some(_), Some(_)) | ("", _, _, Some(_)) => Part::Outside,
        _ => Part::Whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read() {
        use Part::{Of, Outside, Whole};
        for (range, expected) in [
            ("bytes=0-", Of(0, 10)),
            ("bytes=0-0", Of(0, 1)),
            ("bytes=2-4", Of(2, 3)),
            ("bytes=8-99", Of(8, 2)),
            ("bytes=-3", Of(7, 3)),
            ("bytes=-99", Of(0, 10)),
            ("bytes=-0", Outside),
            ("bytes=10-", Outside),
            ("bytes=10-12", Outside),
            ("bytes=99999999999999999999999-", Outside),
            ("bytes=4-2", Whole),
            ("bytes=0-1,3-4", Whole),
            ("bytes=a-b", Whole),
            ("bytes=-", Whole),
            ("items=0-1", Whole),
            ("", Whole),
        ] {
            assert_eq!(part(range, 10), expected, "{range}");
        }
        assert_eq!(part("bytes=0-", 0), Outside);
        assert_eq!(part("bytes=-5", 0), Outside);
    }
}
