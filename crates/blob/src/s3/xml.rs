//! What a bucket says, read; what it wants to hear, written.

use jiff::Timestamp;
use roxmltree::{Document, Node};

/// A page of a list.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Page {
    pub items: Vec<(String, Timestamp)>,
    pub next: Option<String>,
}

/// The text of a child of that name.
fn text(node: Node<'_, '_>, name: &str) -> Option<String> {
    let found = node.children().find(|c| c.tag_name().name() == name)?;
    Some(found.text().unwrap_or_default().to_owned())
}

fn named<'a, 'b: 'a>(doc: &'a Document<'b>, name: &'a str) -> impl Iterator<Item = Node<'a, 'b>> {
    let root = doc.root_element();
    root.children().filter(move |c| c.tag_name().name() == name)
}

/// The objects in a list.
pub(crate) fn objects(told: &str) -> Option<Page> {
    let doc = Document::parse(told).ok()?;
    let items = named(&doc, "Contents")
        .map(|one| Some((text(one, "Key")?, text(one, "LastModified")?.parse().ok()?)))
        .collect::<Option<Vec<_>>>()?;
    let root = doc.root_element();
    let more = text(root, "IsTruncated").is_some_and(|t| t == "true");
    let next = text(root, "NextContinuationToken").filter(|_| more);
    // More, but no way to it, would look like a whole list.
    (more == next.is_some()).then_some(Page { items, next })
}

/// The uploads in a list: key, id, when they were begun.
pub(crate) fn uploads(told: &str) -> Option<Vec<(String, String, Timestamp)>> {
    let doc = Document::parse(told).ok()?;
    named(&doc, "Upload")
        .map(|one| {
            let at = text(one, "Initiated")?.parse().ok()?;
            Some((text(one, "Key")?, text(one, "UploadId")?, at))
        })
        .collect()
}

/// The id of an upload that was begun.
pub(crate) fn upload_id(told: &str) -> Option<String> {
    let doc = Document::parse(told).ok()?;
    text(doc.root_element(), "UploadId").filter(|id| !id.is_empty())
}

/// The code of an error, if it is one.
pub(crate) fn error(told: &str) -> Option<String> {
    let doc = Document::parse(told).ok()?;
    let root = doc.root_element();
    (root.tag_name().name() == "Error").then(|| text(root, "Code").unwrap_or_default())
}

/// The parts of an upload, by what was answered to each.
pub(crate) fn parts(tags: &[String]) -> String {
    let all: String = tags
        .iter()
        .zip(1..)
        .map(|(tag, n)| {
            let tag = tag.replace('&', "&amp;").replace('<', "&lt;");
            format!("<Part><PartNumber>{n}</PartNumber><ETag>{tag}</ETag></Part>")
        })
        .collect();
    format!("<CompleteMultipartUpload>{all}</CompleteMultipartUpload>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_whole_or_not_at_all() {
        let page = |more: &str| {
            format!(
                r#"<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
                <Name>b</Name>{more}<Contents><Key>x</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified></Contents>
                </ListBucketResult>"#
            )
        };
        let at: Timestamp = "2026-01-02T03:04:05Z".parse().unwrap();
        let items = vec![("x".to_owned(), at)];
        let last = Page {
            items: items.clone(),
            next: None,
        };
        assert_eq!(
            objects(&page("<IsTruncated>false</IsTruncated>")),
            Some(last)
        );
        let first = Page {
            items,
            next: Some("t".to_owned()),
        };
        let token = "<NextContinuationToken>t</NextContinuationToken>";
        assert_eq!(
            objects(&page(&format!("<IsTruncated>true</IsTruncated>{token}"))),
            Some(first)
        );
        assert_eq!(objects(&page("<IsTruncated>true</IsTruncated>")), None);
        assert_eq!(objects("<html>"), None);
        let begun = "<R><Upload><Key>k</Key><UploadId>7</UploadId><Initiated>2026-01-02T03:04:05Z</Initiated></Upload></R>";
        assert_eq!(
            uploads(begun),
            Some(vec![("k".to_owned(), "7".to_owned(), at)])
        );
        assert_eq!(
            error("<Error><Code>NoSuchKey</Code><AWSAccessKeyId>secret</AWSAccessKeyId></Error>")
                .as_deref(),
            Some("NoSuchKey")
        );
        assert_eq!(error("<Ok/>"), None);
        assert_eq!(
            upload_id("<R><UploadId>u1</UploadId></R>").as_deref(),
            Some("u1")
        );
    }
}
