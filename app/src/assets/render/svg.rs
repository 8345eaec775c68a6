//! Drawings. An SVG may carry scripts, load things and call home; of each only
//! what draws is kept, by a list of what is allowed, and written anew.

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg;
use roxmltree::{Document, Node, NodeType, ParsingOptions};

use super::raster::Pixels;

const SVG: &str = "http://www.w3.org/2000/svg";
const XLINK: &str = "http://www.w3.org/1999/xlink";

/// The most nodes of a drawing, and how deep they may lie.
const NODES: u32 = 100_000;
const DEPTH: usize = 64;

/// Elements that draw, or hold what draws (SVG 2 without script, style sheets
/// from elsewhere, animation, foreign content and links).
const ELEMENTS: &[&str] = &[
    "svg",
    "g",
    "defs",
    "symbol",
    "use",
    "title",
    "desc",
    "path",
    "rect",
    "circle",
    "ellipse",
    "line",
    "polyline",
    "polygon",
    "text",
    "tspan",
    "textPath",
    "linearGradient",
    "radialGradient",
    "stop",
    "pattern",
    "clipPath",
    "mask",
    "marker",
    "image",
    "style",
    "switch",
    "filter",
    "feBlend",
    "feColorMatrix",
    "feComponentTransfer",
    "feComposite",
    "feConvolveMatrix",
    "feDiffuseLighting",
    "feDisplacementMap",
    "feDistantLight",
    "feDropShadow",
    "feFlood",
    "feFuncA",
    "feFuncB",
    "feFuncG",
    "feFuncR",
    "feGaussianBlur",
    "feMerge",
    "feMergeNode",
    "feMorphology",
    "feOffset",
    "fePointLight",
    "feSpecularLighting",
    "feSpotLight",
    "feTile",
    "feTurbulence",
];

/// The drawing with nothing in it that runs or loads.
///
/// None when it is no SVG.
pub fn clean(text: &str) -> Option<String> {
    let options = ParsingOptions {
        allow_dtd: true,
        nodes_limit: NODES,
        ..ParsingOptions::default()
    };
    let tree = Document::parse_with_options(text, options).ok()?;
    let root = tree.root_element();
    if root.tag_name().name() != "svg" || root.tag_name().namespace() != Some(SVG) {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    write(root, &mut out, 0)?;
    Some(out)
}

fn write(node: Node<'_, '_>, out: &mut String, depth: usize) -> Option<()> {
    if depth > DEPTH {
        return None;
    }
    let name = node.tag_name().name();
    if node.tag_name().namespace() != Some(SVG) || !ELEMENTS.contains(&name) {
        return Some(());
    }
    if name == "style" {
        let css: String = node.children().filter_map(|n| n.text()).collect();
        if harmless(&css) {
            out.push_str("<style>");
            escape(&css, out);
            out.push_str("</style>");
        }
        return Some(());
    }
    out.push('<');
    out.push_str(name);
    if depth == 0 {
        out.push_str(&format!(" xmlns=\"{SVG}\" xmlns:xlink=\"{XLINK}\""));
    }
    for attribute in node.attributes() {
        let (key, value) = (attribute.name(), attribute.value());
        let prefix = match attribute.namespace() {
            None => "",
            Some(XLINK) if key == "href" => "xlink:",
            Some("http://www.w3.org/XML/1998/namespace") if key == "space" => "xml:",
            Some(_) => continue,
        };
        let fine = if key == "href" {
            is_inside(name, value)
        } else {
            is_attribute(key) && harmless(value)
        };
        if fine {
            out.push_str(&format!(" {prefix}{key}=\""));
            escape(value, out);
            out.push('"');
        }
    }
    out.push('>');
    for child in node.children() {
        match child.node_type() {
            NodeType::Element => write(child, out, depth + 1)?,
            NodeType::Text => escape(child.text().unwrap_or_default(), out),
            _ => {}
        }
    }
    out.push_str(&format!("</{name}>"));
    Some(())
}

/// Names of letters and dashes that are no event (`onload`, `onclick`, …).
fn is_attribute(key: &str) -> bool {
    let plain = key
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    plain && !key.to_ascii_lowercase().starts_with("on")
}

/// A place in the same drawing, or pixels that it brings along.
fn is_inside(element: &str, value: &str) -> bool {
    let value = value.trim();
    let pixels = ["data:image/png;base64,", "data:image/jpeg;base64,"];
    value.starts_with('#') || (element == "image" && pixels.iter().any(|p| value.starts_with(p)))
}

/// Values and style sheets that name nothing outside. An escaped letter could
/// hide a name, so none is let through.
fn harmless(value: &str) -> bool {
    let low: String = value
        .chars()
        .filter(|c| !c.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect();
    if [
        "javascript:",
        "vbscript:",
        "@import",
        "expression(",
        "behavior",
        "-moz-binding",
        "image-set",
    ]
    .iter()
    .any(|bad| low.contains(bad))
        || low.contains('\\')
        || low.contains("/*")
    {
        return false;
    }
    low.match_indices("url(").all(|(at, _)| {
        let inner = low[at + 4..].trim_start_matches(['"', '\'']);
        inner.starts_with('#')
    })
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => out.push(c),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
}

/// Draw a cleaned drawing so that its longer side has `side` pixels. Also its
/// own width and height.
pub fn draw(clean: &str, side: u32) -> Option<(Pixels, u32, u32)> {
    let mut options = usvg::Options {
        // Nothing is fetched: neither from elsewhere nor from the disk.
        image_href_resolver: usvg::ImageHrefResolver {
            resolve_data: Box::new(|_, _, _| None),
            resolve_string: Box::new(|_, _| None),
        },
        ..usvg::Options::default()
    };
    if clean.contains("<text") {
        options.fontdb_mut().load_system_fonts();
    }
    let tree = usvg::Tree::from_str(clean, &options).ok()?;
    let (w, h) = (tree.size().width(), tree.size().height());
    let scale = f64::from(side) / f64::from(w.max(h));
    let px = |x: f32| ((f64::from(x) * scale).round().max(1.0)).min(f64::from(side)) as u32;
    let mut map = Pixmap::new(px(w), px(h))?;
    let scale = scale as f32;
    resvg::render(
        &tree,
        Transform::from_scale(scale, scale),
        &mut map.as_mut(),
    );
    let (pw, ph) = (map.width(), map.height());
    let own = |x: f32| x.round().clamp(1.0, 1e6) as u32;
    let pixels = Pixels::of_rgba(pw, ph, map.take_demultiplied())?;
    Some((pixels, own(w), own(h)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn svg(inner: &str) -> String {
        format!("<svg xmlns=\"{SVG}\" xmlns:xlink=\"{XLINK}\" viewBox=\"0 0 10 10\">{inner}</svg>")
    }

    #[test]
    fn only_what_draws_is_kept() {
        for (inner, left) in [
            (
                r##"<path d="M0 0h9" fill="#123"/>"##,
                r##"<path d="M0 0h9" fill="#123"></path>"##,
            ),
            (
                r##"<use href="#a"/><g id="a"/>"##,
                r##"<use href="#a"></use><g id="a"></g>"##,
            ),
            (
                r##"<rect style="fill:url(#g)"/>"##,
                r##"<rect style="fill:url(#g)"></rect>"##,
            ),
            (r##"<script>alert(1)</script>"##, r##""##),
            (r##"<g onload="alert(1)"/>"##, r##"<g></g>"##),
            (r##"<g OnLoad="alert(1)"/>"##, r##"<g></g>"##),
            (r##"<a href="javascript:alert(1)"><path/></a>"##, r##""##),
            (
                r##"<use href="http://evil.example/x.svg#a"/>"##,
                r##"<use></use>"##,
            ),
            (
                r##"<image href="file:///etc/passwd"/>"##,
                r##"<image></image>"##,
            ),
            (
                r##"<image href="data:image/svg+xml;base64,PHN2Zz4="/>"##,
                r##"<image></image>"##,
            ),
            (
                r##"<foreignObject><b xmlns="http://www.w3.org/1999/xhtml">alert</b></foreignObject>"##,
                r##""##,
            ),
            (
                r##"<style>@import 'http://evil.example/a.css';</style>"##,
                r##""##,
            ),
            (
                r##"<style>g{fill:url(http://evil.example/a)}</style>"##,
                r##""##,
            ),
            (
                r##"<style>g{fill:u\72l(http://evil.example/a)}</style>"##,
                r##""##,
            ),
            (
                r##"<rect style="fill:url( 'http://evil.example/a')"/>"##,
                r##"<rect></rect>"##,
            ),
            (
                r##"<animate attributeName="href" to="javascript:alert(1)"/>"##,
                r##""##,
            ),
            (r##"<set attributeName="onload" to="alert(1)"/>"##, r##""##),
        ] {
            let out = clean(&svg(inner)).unwrap();
            let bad = ["alert", "evil", "passwd", "svg+xml", "script"]
                .iter()
                .any(|word| out.contains(word));
            assert!(!bad, "{inner} became {out}");
            let empty = clean(&svg("")).unwrap();
            let end = "</svg>".len();
            assert_eq!(&out[empty.len() - end..out.len() - end], left, "{inner}");
        }
        assert!(clean("<html/>").is_none());
        assert!(clean("not XML").is_none());
        let deep = format!("{}{}", "<g>".repeat(200), "</g>".repeat(200));
        assert!(clean(&svg(&deep)).is_none());
    }

    #[test]
    fn a_drawing_is_drawn() {
        let clean = clean(&svg("<rect width=\"10\" height=\"5\" fill=\"red\"/>")).unwrap();
        let (_, w, h) = draw(&clean, 40).unwrap();
        assert_eq!((w, h), (10, 10));
    }

    proptest! {
        #[test]
        fn what_is_cleaned_stays_clean(inner in "(<(g|a|script|rect|style)( (onload|href|fill)=\"(x|javascript:y|url\\(z\\)|#q)\")?/>){0,6}") {
            let once = clean(&svg(&inner)).unwrap();
            prop_assert!(!once.contains("script") && !once.contains("onload"));
            prop_assert_eq!(clean(&once).unwrap(), once);
        }
    }
}
