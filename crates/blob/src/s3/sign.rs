//! Requests signed as S3 wants them (AWS Signature Version 4, in headers). Pure:
//! the time is passed in. Addresses that carry a signature are never made, so
//! none can leak.

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

/// Who asks, and where.
#[derive(Clone)]
pub struct Keys {
    /// The name of the key.
    pub id: String,
    /// The key.
    pub secret: String,
    /// Where the bucket lies, such as `eu-central-1`.
    pub region: String,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keys({}, {})", self.id, self.region)
    }
}

/// What is asked.
#[derive(Debug)]
pub(crate) struct Asked<'a> {
    pub method: &'a str,
    /// Escaped already.
    pub path: &'a str,
    pub query: &'a [(&'a str, &'a str)],
    /// In lower case, with `host`; all of them are signed.
    pub headers: &'a [(&'a str, String)],
    /// SHA-256 of the body, in hexadecimal.
    pub body: &'a str,
}

/// In hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    crate::Sha::of(bytes).to_string()
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// The moment as signatures write it: `20130524T000000Z`.
pub(crate) fn stamp(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// Escaped for a query: all but letters, digits and `-._~`.
pub(crate) fn escape(text: &str) -> String {
    use std::fmt::Write;
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(byte as char);
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

/// A query in its canonical order, escaped.
pub(crate) fn query(parts: &[(&str, &str)]) -> String {
    let mut parts: Vec<(String, String)> = parts
        .iter()
        .map(|(name, value)| (escape(name), escape(value)))
        .collect();
    parts.sort();
    let parts: Vec<String> = parts.iter().map(|(n, v)| format!("{n}={v}")).collect();
    parts.join("&")
}

/// The value of `Authorization`.
pub(crate) fn authorization(keys: &Keys, asked: &Asked<'_>, at: Timestamp) -> String {
    let mut headers: Vec<(&str, &str)> = asked
        .headers
        .iter()
        .map(|(name, value)| (*name, value.trim()))
        .collect();
    headers.sort_unstable();
    let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
    let names = names.join(";");
    let lines: String = headers
        .iter()
        .map(|(name, value)| format!("{name}:{value}\n"))
        .collect();
    let request = format!(
        "{}\n{}\n{}\n{lines}\n{names}\n{}",
        asked.method,
        asked.path,
        query(asked.query),
        asked.body
    );
    let stamp = stamp(at);
    let day = &stamp[..8];
    let scope = format!("{day}/{}/s3/aws4_request", keys.region);
    let text = format!(
        "AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{}",
        sha256(request.as_bytes())
    );
    let key = [day, &keys.region, "s3", "aws4_request"]
        .iter()
        .fold(format!("AWS4{}", keys.secret).into_bytes(), |key, part| {
            mac(&key, part)
        });
    let signature = hex(&mac(&key, &text));
    format!(
        "AWS4-HMAC-SHA256 Credential={}/{scope},SignedHeaders={names},Signature={signature}",
        keys.id
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    /// The examples of "Signature Calculations for the Authorization Header" in
    /// the Amazon S3 API reference.
    #[test]
    fn signatures_are_those_of_the_reference() {
        let keys = Keys {
            id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
            secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned(),
            region: "us-east-1".to_owned(),
        };
        let at: Timestamp = "2013-05-24T00:00:00Z".parse().unwrap();
        let body = "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072";
        let common = |body: &str| {
            vec![
                ("host", "examplebucket.s3.amazonaws.com".to_owned()),
                ("x-amz-content-sha256", body.to_owned()),
                ("x-amz-date", "20130524T000000Z".to_owned()),
            ]
        };
        let more = |name, value: &str| {
            let mut all = common(EMPTY);
            all.push((name, value.to_owned()));
            all
        };
        let mut put = common(body);
        put.push(("date", "Fri, 24 May 2013 00:00:00 GMT".to_owned()));
        put.push(("x-amz-storage-class", "REDUCED_REDUNDANCY".to_owned()));
        for (method, path, query, headers, body, signature) in [
            (
                "GET",
                "/test.txt",
                &[][..],
                more("range", "bytes=0-9"),
                EMPTY,
                "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
            ),
            (
                "PUT",
                "/test%24file.text",
                &[],
                put,
                body,
                "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
            ),
            (
                "GET",
                "/",
                &[("lifecycle", "")],
                common(EMPTY),
                EMPTY,
                "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
            ),
            (
                "GET",
                "/",
                &[("prefix", "J"), ("max-keys", "2")],
                common(EMPTY),
                EMPTY,
                "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
            ),
        ] {
            let asked = Asked {
                method,
                path,
                query,
                headers: &headers,
                body,
            };
            let got = authorization(&keys, &asked, at);
            assert!(
                got.ends_with(&format!("Signature={signature}")),
                "{method} {path}: {got}"
            );
        }
        assert!(!format!("{keys:?}").contains("wJalr"));
    }

    #[test]
    fn queries_are_escaped_and_in_order() {
        assert_eq!(query(&[("b", "x y/ä"), ("a", "")]), "a=&b=x%20y%2F%C3%A4");
    }
}
