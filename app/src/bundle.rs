//! The files that pages load: our stylesheet and script, htmx, and the icon.
//!
//! They are embedded in the binary. A file's address holds a hash of its
//! content, so browsers may keep it for ever. A debug build reads our own CSS
//! and JS from disk on every request, so that a change shows without a build.

use axum::{
    extract::Path,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use sha2::{Digest, Sha256};
use std::{borrow::Cow, sync::LazyLock};

mod join;

/// What the server must send as `Content-Security-Policy` with every page.
///
/// Scripts come from our own files only: nothing inline, no `eval` (htmx is
/// configured accordingly in the page shell). `style-src-attr` lets a page set
/// custom properties such as `style="--p:40"`; `<style>` elements stay barred.
/// `blob:` images are previews of files that are about to be uploaded.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; \
     manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

struct Asset {
    name: &'static str,
    mime: &'static str,
    body: &'static [u8],
}

macro_rules! built {
    ($name:literal) => {
        include_bytes!(concat!(env!("OUT_DIR"), "/", $name))
    };
}

const ASSETS: &[Asset] = &[
    Asset {
        name: "mil.css",
        mime: "text/css; charset=utf-8",
        body: built!("mil.css"),
    },
    Asset {
        name: "mil.js",
        mime: "text/javascript; charset=utf-8",
        body: built!("mil.js"),
    },
    Asset {
        name: "htmx.js",
        mime: "text/javascript; charset=utf-8",
        body: built!("htmx.js"),
    },
    Asset {
        name: "favicon.svg",
        mime: "image/svg+xml",
        body: include_bytes!("../../web/img/favicon.svg"),
    },
];

/// Our own files change while somebody works on them, so their address is
/// fixed in debug builds and they are never kept.
const FROM_DISK: bool = cfg!(debug_assertions);

static HASHES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let hash = |asset: &Asset| {
        Sha256::digest(asset.body)
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect()
    };
    ASSETS.iter().map(hash).collect()
});

/// The address of an embedded file: `/static/<hash>/mil.css`.
///
/// # Panics
/// When there is no such file; a test renders every shell.
pub fn url(name: &str) -> String {
    let at = ASSETS.iter().position(|asset| asset.name == name);
    let at = at.unwrap_or_else(|| panic!("no asset is called {name}"));
    format!("/static/{}/{name}", version(at))
}

/// One word for the whole set of files. A page that was loaded with another
/// set is loaded anew rather than patched.
pub fn build() -> String {
    if FROM_DISK {
        "dev".to_owned()
    } else {
        HASHES.concat()
    }
}

fn version(at: usize) -> &'static str {
    if FROM_DISK { "dev" } else { &HASHES[at] }
}

/// `GET /static/{version}/{name}`
pub async fn serve(Path((asked, name)): Path<(String, String)>) -> Response {
    let Some(at) = ASSETS.iter().position(|asset| asset.name == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    // An old page may ask for an old version after an update. It gets the
    // present one, which must not be kept under the old address.
    let keep = if !FROM_DISK && asked == version(at) {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    (
        [
            (
                header::CONTENT_TYPE,
                HeaderValue::from_static(ASSETS[at].mime),
            ),
            (header::CACHE_CONTROL, HeaderValue::from_static(keep)),
            (
                header::X_CONTENT_TYPE_OPTIONS,
                HeaderValue::from_static("nosniff"),
            ),
        ],
        body(&ASSETS[at]).into_owned(),
    )
        .into_response()
}

/// `GET /favicon.ico` and `GET /favicon.svg`, which browsers ask for unbidden.
pub async fn favicon() -> Response {
    serve(Path(("plain".to_owned(), "favicon.svg".to_owned()))).await
}

fn body(asset: &Asset) -> Cow<'static, [u8]> {
    let ext = match asset.name {
        "mil.css" => "css",
        "mil.js" => "js",
        _ => return Cow::Borrowed(asset.body),
    };
    if FROM_DISK {
        let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../web")
            .join(ext);
        if let Ok(text) = join::join(&dir, ext) {
            return Cow::Owned(text.into_bytes());
        }
    }
    Cow::Borrowed(asset.body)
}

/// The routes of the embedded files, and of the page that shows every part of
/// the interface in every state.
pub fn routes() -> Vec<crate::router::Route> {
    use crate::router::{Access::Public, get};
    vec![
        get(Public, "/static/{version}/{name}", serve),
        get(Public, "/favicon.ico", favicon),
        get(Public, "/favicon.svg", favicon),
        get(Public, "/_components", components),
    ]
}

/// Only where somebody develops or tries: it is no page of the product.
async fn components(ctx: crate::web::Ctx) -> crate::Result<maud::Markup> {
    if !cfg!(debug_assertions) && !ctx.app.config.demo {
        return Err(crate::Error::NotFound);
    }
    let theme = crate::ui::shell::Theme::from_code(ctx.prefs.theme);
    Ok(crate::ui::gallery::page(ctx.lang(), theme))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_there_and_ours_stay_small() {
        for asset in ASSETS {
            assert!(!asset.body.is_empty(), "{}", asset.name);
        }
        // The aim is 15 kB as it travels; compression takes two thirds away (13 kB of 43).
        let js = ASSETS
            .iter()
            .find(|asset| asset.name == "mil.js")
            .map(|asset| asset.body.len());
        assert!(
            js < Some(46 * 1024),
            "mil.js has {js:?} bytes before compression"
        );
    }

    #[test]
    fn the_policy_bars_inline_scripts() {
        assert!(CONTENT_SECURITY_POLICY.contains("script-src 'self';"));
        assert!(HeaderValue::from_str(CONTENT_SECURITY_POLICY).is_ok());
    }

    #[tokio::test]
    async fn files_have_a_type_and_unknown_ones_are_not_found() {
        let css = serve(Path(("dev".into(), "mil.css".into()))).await;
        assert_eq!(
            css.headers()[header::CONTENT_TYPE],
            "text/css; charset=utf-8"
        );
        let none = serve(Path(("dev".into(), "passwords".into()))).await;
        assert_eq!(none.status(), StatusCode::NOT_FOUND);
    }
}
