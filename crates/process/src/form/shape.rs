//! Shapes of text: addresses, numbers and ids, each by a fixed rule that reads
//! its input once.

use super::Pattern;

/// Whether the text fits the pattern.
pub(super) fn fits(pattern: Pattern, text: &str) -> bool {
    match pattern {
        Pattern::Email => email(text),
        Pattern::Phone => phone(text),
        Pattern::CostCentre => {
            let length = text.chars().count();
            (3..=20).contains(&length)
                && text.bytes().any(|b| b.is_ascii_digit())
                && text
                    .chars()
                    .all(|c| c.is_alphanumeric() || "-./".contains(c))
        }
        Pattern::Digits => !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()),
    }
}

/// Name, `@` and a domain with a dot. Stricter rules refuse real addresses;
/// whether mail arrives is known only after sending. Lengths are those of
/// RFC 5321: 64 for the name, 254 in all.
fn email(text: &str) -> bool {
    let Some((name, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && !"@,;<>()\"\\".contains(c);
    text.len() <= 254
        && (1..=64).contains(&name.len())
        && name.chars().all(plain)
        && domain.contains('.')
        && domain.split('.').all(host_label)
}

fn host_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label
            .chars()
            .all(|c| c.is_alphanumeric() || c == '-' || c == '_')
}

/// 3 to 15 digits (15 is the most in ITU-T E.164; inner numbers are short), with
/// spaces and the usual signs; a plus only in front.
fn phone(text: &str) -> bool {
    let rest = text.strip_prefix('+').unwrap_or(text);
    let digits = rest.bytes().filter(u8::is_ascii_digit).count();
    (3..=15).contains(&digits)
        && text.len() <= 30
        && rest
            .chars()
            .all(|c| c.is_ascii_digit() || " ()-/.".contains(c))
}

/// An http or https address with a host. A user name in front of the host is
/// refused, because it makes a link look as if it led elsewhere; so are the
/// characters that browsers and parsers read differently.
pub(super) fn web_address(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else {
        return false;
    };
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        return false;
    }
    if text.chars().count() > 2000
        || text
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || "\\\"<>".contains(c))
    {
        return false;
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let port_fits = port
        .is_none_or(|port| port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok());
    port_fits && is_host(host)
}

fn is_host(host: &str) -> bool {
    if let Some(inner) = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
    {
        return inner.parse::<std::net::Ipv6Addr>().is_ok();
    }
    let name = host.strip_suffix('.').unwrap_or(host);
    name.len() <= 253 && name.split('.').all(host_label)
}

/// An id of ours: 1 to 64 letters, digits, `-` or `_`.
pub(super) fn id(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// A file name that can be shown and stored: 1 to 255 characters, no path, no
/// control characters and no marks that turn the reading direction (they can
/// make `exe` look like `txt`).
pub(super) fn file_name(text: &str) -> bool {
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    (1..=255).contains(&text.chars().count())
        && !text
            .chars()
            .any(|c| c.is_control() || turns(c) || c == '/' || c == '\\')
}
