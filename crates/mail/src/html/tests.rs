//! What cleaning must take and what it must keep.

use super::*;
use proptest::prelude::*;

fn none() -> HashMap<String, String> {
    HashMap::new()
}

#[test]
fn what_could_act_is_gone_and_text_stays() {
    for (html, text) in [
        ("<p>a<script>alert(1)</script>b</p>", "ab"),
        ("<p onclick=x()>a</p><style>p{}</style>b", "a\n\nb"),
        ("<form><input value=x><button>Send</button></form>", "Send"),
        ("<blink>old</blink> <font color=red>red</font>", "old red"),
        (
            "<svg><script>1</script><text>drawn</text></svg>after",
            "after",
        ),
        ("a <b>bold</b> word", "a bold word"),
        ("1 < 2 &amp; 3 &gt; 2", "1 < 2 & 3 > 2"),
        ("<iframe src=//evil></iframe>after", "after"),
        ("<o:p>Office</o:p>&nbsp;x", "Office x"),
        ("<custom-thing>kept</custom-thing>", "kept"),
        ("<base href=//evil><a href=\"javascript:x()\">go</a>", "go"),
    ] {
        let cleaned = clean(html, none());
        for bad in [
            "<script",
            "onclick",
            "javascript:",
            "<style",
            "<iframe",
            "<form",
            "<base",
            "<svg",
        ] {
            assert!(!cleaned.html.contains(bad), "{html} -> {}", cleaned.html);
        }
        assert_eq!(super::text(html), text, "{html}");
    }
}

#[test]
fn pictures_of_others_are_held_back_and_counted() {
    let html = "<img src=https://t.example/1.gif><img src='CID:logo' alt=Logo><img src=data:image/png;base64,AA>\
        <img src=//x/y.png><img srcset='https://x 2x'><div style='background:url(https://x)'>d</div>\
        <table background=https://x><tr><td background=https://x>c</td></tr></table>";
    let cleaned = clean(html, [("logo".to_owned(), "/there".to_owned())].into());
    assert!(cleaned.html.contains("src=\"/there\""), "{}", cleaned.html);
    assert!(!cleaned.html.contains("https://"), "{}", cleaned.html);
    assert!(!cleaned.html.contains("data:"), "{}", cleaned.html);
    assert_eq!(cleaned.held_back, 2);
    let links = clean(
        "<a href=/admin>a</a><a href=//x>b</a><a href=HTTPS://x/y>c</a>",
        none(),
    );
    assert_eq!(links.html.matches("href=").count(), 1, "{}", links.html);
}

#[test]
fn layout_becomes_lines() {
    for (html, expect) in [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("One<br>Two<br><br>Three", "One\nTwo\n\nThree"),
        ("<div>One</div><div>Two</div>", "One\nTwo"),
        ("<ul><li>a<li>b<ul><li>c</ul></ul>d", "- a\n- b\n  - c\n\nd"),
        ("<ol start=3><li>a</li><li>b</li></ol>", "3. a\n4. b"),
        (
            "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>",
            "a | b\nc",
        ),
        (
            "x<blockquote>q<p>r</p></blockquote>y",
            "x\n\n> q\n>\n> r\n\ny",
        ),
        (
            "<a href='https://a.example/'>https://a.example</a>",
            "https://a.example",
        ),
        (
            "<a href='https://a.example/x'>here</a>.",
            "here (https://a.example/x).",
        ),
        (
            "<a href='mailto:jo@a.example'>jo@a.example</a>",
            "jo@a.example",
        ),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("<img src=x alt='Our logo'>", "[Our logo]"),
        ("", ""),
    ] {
        assert_eq!(super::text(html), expect, "{html}");
    }
}

#[test]
fn absurd_markup_is_quick_and_keeps_its_text() {
    for html in [
        "<div>".repeat(200_000) + "deep",
        "<b><i><a href=x>".repeat(60_000) + "deep",
        "<table><tr><td>".repeat(50_000) + "deep",
        "<".repeat(300_000) + "deep",
        "<!--".repeat(100_000) + "--> deep",
    ] {
        assert!(super::text(&html).contains("deep"));
        assert!(clean(&html, none()).html.contains("deep"));
    }
}

#[test]
fn a_picture_without_words_says_nothing() {
    let text = |html: &str| clean(html, none()).html;
    assert_eq!(
        text("<p>a<img width=1></p>"),
        "<p>a<img width=\"1\" alt=\"\"></p>"
    );
    assert_eq!(text("<img alt=Logo>"), "<img alt=\"Logo\">");
    assert_eq!(text("<img>"), "<img alt=\"\">");
    // Words that look like markup stay words.
    let tricky =
        text("<img width='<img ' alt='x <img y> \" alt='><a href='https://x/?<img >'>b</a>");
    assert_eq!(tricky.matches(" alt=\"\"").count(), 0, "{tricky}");
    assert_eq!(clean(&tricky, none()).html, tricky);
}

proptest! {
    #[test]
    fn plain_words_are_never_eaten(words in prop::collection::vec("[a-zäöü0-9]{1,8}", 1..20),
        tags in prop::collection::vec(prop::sample::select(vec!["p", "b", "foo", "td", "ul", "blockquote", "section", "o:p"]), 20)) {
        let html: String = words.iter().zip(&tags)
            .map(|(w, t)| format!("<{t}>{w}</{t}> ")).collect();
        let text = super::text(&html);
        for word in &words {
            prop_assert!(text.contains(word), "{} in {}", word, text);
        }
    }

    #[test]
    fn cleaning_twice_changes_nothing(html in "[<>a-z=\"'/! &;:-]{0,200}") {
        let once = clean(&html, none()).html;
        prop_assert_eq!(&clean(&once, none()).html, &once);
    }
}
