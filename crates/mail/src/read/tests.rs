//! Messages as they come, and what is read in them.

use super::*;

#[test]
fn a_letter_is_read() {
    let raw = "From: =?iso-8859-1?Q?J=FCrgen_Gro=DF?= <Jo@Example.org>\r\nTo: a@x, \"B, C\" <b@x>\r\n\
        Subject: =?utf-8?B?w5xiZXI=?=\r\n drei Zeilen\r\nMessage-ID: <1@x>\r\nIn-Reply-To: <3@x>\r\n\
        References: <1@y> <2@y> <3@x>\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\nGr\u{fc}\u{df}e\r\n";
    let raw: Vec<u8> = raw
        .chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?'))
        .collect();
    let mail = read(&raw).unwrap();
    let from = mail.from.unwrap();
    assert_eq!(
        (from.name.as_str(), from.address.as_str()),
        ("Jürgen Groß", "jo@example.org")
    );
    assert_eq!(mail.to.len(), 2);
    assert_eq!(mail.subject, "Über drei Zeilen");
    assert_eq!(mail.references, ["3@x", "2@y", "1@y"]);
    assert_eq!(mail.parts.said, "Grüße");
    assert!(mail.attachments.is_empty());
}

#[test]
fn files_come_out_byte_for_byte() {
    let latin = [b'a', 0xfc, 0xdf, b'\r', b'\n', 0xff, b'z'];
    let mut raw = b"From: a@x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\
        Content-Type: text/plain\r\n\r\nHello\r\n--b\r\n\
        Content-Type: text/csv; charset=iso-8859-1; name=list.csv\r\nContent-Disposition: attachment\r\n\r\n".to_vec();
    raw.extend_from_slice(&latin);
    raw.extend_from_slice(b"\r\n--b\r\nContent-Type: text/plain; name=q.txt\r\nContent-Transfer-Encoding: quoted-printable\r\nContent-Disposition: attachment\r\n\r\n=FC=\r\nx\r\n--b\r\n\
        Content-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\nAAEC/w==\r\n--b\r\n\
        Content-Type: image/png\r\nContent-ID: <logo@x>\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw==\r\n--b\r\n\
        Content-Type: message/rfc822\r\n\r\nFrom: c@x\r\nSubject: Inner\r\n\r\ninside\r\n--b--\r\n");
    let mail = read(&raw).unwrap();
    let names: Vec<&str> = mail.attachments.iter().map(|a| a.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "list.csv",
            "q.txt",
            "winmail.dat",
            "attachment-4.png",
            "Inner.eml"
        ]
    );
    assert_eq!(mail.attachments[0].bytes, latin);
    assert_eq!(mail.attachments[1].bytes, [0xfc, b'x']);
    assert_eq!(mail.attachments[2].bytes, [0, 1, 2, 255]);
    assert_eq!(mail.attachments[3].content_id.as_deref(), Some("logo@x"));
    assert!(mail.attachments[3].inline);
    assert!(mail.attachments[4].bytes.starts_with(b"From: c@x"));
    assert_eq!(mail.parts.said, "Hello");
}

#[test]
fn the_better_of_two_texts_is_read() {
    let both = |plain: &str, html: &str| {
        let raw = format!(
            "From: a@x\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n\
            --b\r\nContent-Type: text/plain\r\n\r\n{plain}\r\n--b\r\nContent-Type: text/html\r\n\r\n{html}\r\n--b--\r\n"
        );
        let mail = read(raw.as_bytes()).unwrap();
        assert!(mail.attachments.is_empty());
        mail.text
    };
    assert_eq!(both("Same words", "<p>Same <b>words</b></p>"), "Same words");
    assert_eq!(both("", "<p>Only here</p>"), "Only here");
    let long = "A long letter with many words in it that only the HTML part holds";
    assert_eq!(both("No HTML?", &format!("<p>{long}</p>")), long);
}

#[test]
fn flowed_lines_are_joined() {
    let raw = b"From: a@x\r\nContent-Type: text/plain; format=flowed\r\n\r\nOne \r\nparagraph.\r\n\r\n> old \r\n> words\r\n-- \r\nJo\r\n";
    let mail = read(raw).unwrap();
    assert_eq!(mail.text, "One paragraph.\n\n> old words\n-- \nJo");
}

#[test]
fn empty_bytes_are_unreadable() {
    assert_eq!(read(b"").unwrap_err(), Unreadable::Empty);
    assert_eq!(read(b"\r\n\r\n").unwrap_err(), Unreadable::Empty);
}

#[test]
fn addresses_are_checked() {
    for (text, found) in [
        ("Jo@Example.org", Some("jo@example.org")),
        (" <jo@example.org> ", Some("jo@example.org")),
        ("jo@x\r\nBcc: all@x", None),
        ("jo", None),
        ("@x", None),
        ("a b@x", None),
        ("\"a\"@x", None),
    ] {
        assert_eq!(address(text).as_deref(), found, "{text}");
    }
}
