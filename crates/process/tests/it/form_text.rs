//! Patterns and web addresses.

use crate::support::*;
use mil_process::form::*;

fn fits(kind: Kind, text: &str) -> bool {
    let def = FormDef {
        fields: vec![field("q", kind)],
    };
    match validate(&def, &raw(&[("q", &[text])]), TODAY, false) {
        Ok(_) => true,
        Err(errors) => {
            errors.iter().for_each(|error| assert_message(&error.msg));
            false
        }
    }
}

fn pattern(pattern: Pattern, good: &[&str], bad: &[&str]) {
    let kind = Kind::Text {
        min: None,
        max: Some(500),
        pattern: Some(pattern),
    };
    for text in good {
        assert!(fits(kind.clone(), text), "{pattern:?} {text}");
    }
    for text in bad {
        assert!(!fits(kind.clone(), text), "{pattern:?} {text}");
    }
}

#[test]
fn patterns() {
    let long = format!("{}@example.org", "a".repeat(65));
    pattern(
        Pattern::Email,
        &[
            "a@b.org",
            "a.b+c@sub.example.org",
            "jörg@müller.de",
            "o'neil@x.ie",
        ],
        &[
            "a",
            "a@b",
            "@b.org",
            "a@",
            "a@b.",
            "a b@c.org",
            "a@@b.org",
            "a@-b.org",
            "<a@b.org>",
            "a@b..org",
            &long,
        ],
    );
    pattern(
        Pattern::Phone,
        &["112", "+49 (0)89 1234-56", "089/1234.56"],
        &["12", "1+2345", "call me", "1234567890123456", "٣٣٣٣"],
    );
    pattern(
        Pattern::CostCentre,
        &["4711", "K-20.1/3", "MÜ1"],
        &["47", "abc", "4711 20", "123456789012345678901"],
    );
    pattern(Pattern::Digits, &["0", "007"], &["1.5", "-1", "٣"]);
}

#[test]
fn web_addresses() {
    let good = [
        "https://example.org",
        "HTTP://Example.org:8080/a?b=c#d",
        "https://müller.de/straße",
        "http://localhost",
        "https://[2001:db8::1]:443/x",
        "https://example.org./",
        "https://example.org/a@b:c",
    ];
    let bad = [
        "example.org",
        "ftp://example.org",
        "javascript://example.org/%0aalert(1)",
        "https://",
        "https:///path",
        "https://?x",
        "https://a b.org",
        "https://user@example.org",
        "https://user:pass@example.org",
        "https://good.org\\@evil.org",
        "https://example.org:99999",
        "https://example..org",
        "https://[::1",
        "https://exa\"mple.org",
        "https://example.org/<script>",
    ];
    for text in good {
        assert!(fits(Kind::Url, text), "{text}");
    }
    for text in bad {
        assert!(!fits(Kind::Url, text), "{text}");
    }
    assert!(!fits(
        Kind::Url,
        &format!("https://example.org/{}", "x".repeat(2000))
    ));
}
