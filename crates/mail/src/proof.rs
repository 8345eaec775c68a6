//! What servers say about the sender: the Authentication-Results header
//! (RFC 8601). Anybody can write that header, so only what a server of the
//! organisation says counts, named by its authserv-id, and only the topmost
//! word of that server; the server must take away such headers that came in
//! from outside (RFC 8601, section 5).

use serde::Serialize;

/// What is known about the sender's address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// A trusted server says that the message comes from there.
    Passed,
    /// A trusted server says that it does not.
    Failed,
    /// Nobody trusted says anything.
    Unknown,
}

/// Read the headers, topmost first, as the trusted servers' word about `from`.
pub fn judge<'a>(
    headers: impl IntoIterator<Item = &'a str>,
    trusted: &[String],
    from: &str,
) -> Proof {
    let Some(domain) = from.rsplit_once('@').map(|(_, d)| d.to_ascii_lowercase()) else {
        return Proof::Unknown;
    };
    for header in headers {
        let plain = without_comments(header);
        let mut parts = plain.split(';').map(str::trim);
        let server = parts
            .next()
            .and_then(|first| first.split_whitespace().next())
            .unwrap_or_default();
        if !trusted.iter().any(|name| name.eq_ignore_ascii_case(server)) {
            continue;
        }
        return said(parts, &domain, from);
    }
    Proof::Unknown
}

fn said<'a>(results: impl Iterator<Item = &'a str>, domain: &str, from: &str) -> Proof {
    let (mut passed, mut failed) = (false, false);
    for result in results {
        let mut words = result.split_whitespace();
        let Some((method, value)) = words.next().and_then(|w| w.split_once('=')) else {
            continue;
        };
        let method = method.split('/').next().unwrap_or_default();
        let property = |name: &str| {
            result
                .split_whitespace()
                .filter_map(|word| word.split_once('='))
                .find(|(key, _)| key.eq_ignore_ascii_case(name))
                .map(|(_, v)| v.trim_matches('"').to_ascii_lowercase())
        };
        let pass = value.eq_ignore_ascii_case("pass");
        match method.to_ascii_lowercase().as_str() {
            "dmarc" => {
                let about = property("header.from").is_none_or(|d| d == domain);
                passed |= pass && about;
                failed |= value.eq_ignore_ascii_case("fail") && about;
            }
            "dkim" if pass => {
                let signer = property("header.d")
                    .or_else(|| property("header.i").and_then(|i| after_at(&i)));
                passed |= signer.is_some_and(|d| aligned(&d, domain));
            }
            "spf" if pass => {
                let sender = property("smtp.mailfrom").map(|m| after_at(&m).unwrap_or(m));
                passed |= sender.is_some_and(|d| aligned(&d, domain));
            }
            "auth" if pass => {
                passed |= property("smtp.auth").is_some_and(|who| who.eq_ignore_ascii_case(from));
            }
            _ => {}
        }
    }
    match (failed, passed) {
        (true, _) => Proof::Failed,
        (false, true) => Proof::Passed,
        (false, false) => Proof::Unknown,
    }
}

fn after_at(text: &str) -> Option<String> {
    text.rsplit_once('@').map(|(_, d)| d.to_owned())
}

/// The same domain; the relaxed alignment of RFC 7489 would need the public
/// suffix list, and servers that do DMARC say `dmarc=pass` themselves.
fn aligned(signer: &str, domain: &str) -> bool {
    signer.trim_end_matches('.') == domain
}

/// Comments are in round brackets and nest; quoted brackets are none.
fn without_comments(text: &str) -> String {
    let (mut depth, mut quoted, mut out) = (0_usize, false, String::new());
    for c in text.chars() {
        match c {
            '"' if depth == 0 => {
                quoted = !quoted;
                out.push(c);
            }
            '(' if !quoted => depth += 1,
            ')' if !quoted && depth > 0 => {
                depth -= 1;
                out.push(' ');
            }
            _ if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_topmost_word_of_a_trusted_server_counts() {
        let ours = "mx.example.org";
        let table: &[(&[&str], Proof)] = &[
            (&[], Proof::Unknown),
            (
                &["mx.example.org; dmarc=pass header.from=example.org"],
                Proof::Passed,
            ),
            (
                &["MX.example.org 1; spf=pass smtp.mailfrom=bounce@example.org"],
                Proof::Passed,
            ),
            (
                &[
                    "mx.example.org; dkim=pass (2048-bit key; unprotected) header.d=example.org header.s=a",
                ],
                Proof::Passed,
            ),
            (
                &["mx.example.org; dkim=pass header.i=@example.org"],
                Proof::Passed,
            ),
            (
                &["mx.example.org; auth=pass smtp.auth=ada@example.org"],
                Proof::Passed,
            ),
            (
                &["mx.example.org; auth=pass smtp.auth=eve@example.org"],
                Proof::Unknown,
            ),
            (
                &[
                    "mx.example.org; dkim=pass header.d=evil.example; spf=pass smtp.mailfrom=x@evil.example",
                ],
                Proof::Unknown,
            ),
            (
                &["mx.example.org; dkim=pass header.d=notexample.org"],
                Proof::Unknown,
            ),
            (
                &[
                    "mx.example.org; dmarc=fail header.from=example.org; dkim=pass header.d=example.org",
                ],
                Proof::Failed,
            ),
            (&["mx.example.org; none"], Proof::Unknown),
            (
                &["mx.evil.example; dmarc=pass header.from=example.org"],
                Proof::Unknown,
            ),
            // A forged header below the one of our server.
            (
                &[
                    "mx.example.org; dmarc=fail header.from=example.org",
                    "mx.example.org; dmarc=pass header.from=example.org",
                ],
                Proof::Failed,
            ),
            (
                &["mx.evil.example (mx.example.org); dmarc=pass"],
                Proof::Unknown,
            ),
            (&["(mx.example.org; dmarc=pass)"], Proof::Unknown),
            (&["mx.example.org; =pass; dmarc; spf=;;; ="], Proof::Unknown),
        ];
        for (headers, expect) in table {
            let found = judge(
                headers.iter().copied(),
                &[ours.to_owned()],
                "ada@example.org",
            );
            assert_eq!(found, *expect, "{headers:?}");
        }
        assert_eq!(
            judge(["x; dmarc=pass"], &[], "ada@example.org"),
            Proof::Unknown
        );
        assert_eq!(
            judge(["x; dmarc=pass"], &["x".into()], "ada"),
            Proof::Unknown
        );
    }
}
