//! The feeds: what is public, as Atom (RFC 4287) and RSS 2.0.

use axum::http::HeaderMap;
use axum::response::Response;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::announcements::model::Announcement;
use crate::announcements::store::{self, Update, Wanted};
use crate::announcements::words;
use crate::error::Result;
use crate::i18n::{Lang, t};
use crate::status::page::cached;
use crate::web::Ctx;
use crate::web::markdown::markdown;

/// How many entries a feed holds.
const MOST: i64 = 50;

/// What XML 1.0 cannot hold is left out, what means something in it is written
/// otherwise.
pub fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' | '\r' => out.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}

struct Entry {
    a: Announcement,
    updates: Vec<Update>,
}

async fn entries(ctx: &Ctx) -> Result<Vec<Entry>> {
    let wanted = Wanted {
        live: true,
        feed: true,
        ..Wanted::default()
    };
    // A feed is read by programs that nobody signed in: it is the public's.
    let all = store::list(&ctx.app.db, None, ctx.now, &wanted, MOST).await?;
    let ids: Vec<&str> = all.iter().map(|a| a.id.as_str()).collect();
    let updates = store::updates(&ctx.app.db, &ids).await?;
    let mut entries: Vec<Entry> = all
        .into_iter()
        .map(|a| {
            let own = updates.iter().filter(|u| u.announcement_id == a.id);
            Entry {
                updates: own.cloned().collect(),
                a,
            }
        })
        .collect();
    entries.sort_by_key(|e| std::cmp::Reverse(e.a.updated_at));
    Ok(entries)
}

fn title(lang: Lang, a: &Announcement) -> String {
    match a.state {
        Some(state) => format!("{} ({})", a.title, words::state(lang, state)),
        None => a.title.clone(),
    }
}

fn body(lang: Lang, e: &Entry) -> String {
    let mut out = String::new();
    for u in &e.updates {
        if let Some(state) = u.state {
            out.push_str(&format!(
                "<p><strong>{}</strong></p>",
                words::state(lang, state)
            ));
        }
        out.push_str(&markdown(&u.body).into_string());
        out.push_str("<hr>");
    }
    out.push_str(&markdown(&e.a.body).into_string());
    out
}

fn language(ctx: &Ctx) -> Lang {
    Lang::from_code(&ctx.app.org().lang).unwrap_or_default()
}

/// GET /status.atom
pub async fn atom(ctx: Ctx, headers: HeaderMap) -> Result<Response> {
    let lang = language(&ctx);
    let base = ctx.app.config.public_url.trim_end_matches('/');
    let entries = entries(&ctx).await?;
    let name = format!("{}: {}", ctx.app.org().name, t!(lang, "How things stand"));
    let newest = entries.iter().map(|e| e.a.updated_at).max();
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{}\">\n\
         <title>{}</title>\n<id>{base}/status</id>\n<link rel=\"alternate\" type=\"text/html\" href=\"{base}/status\"/>\n\
         <link rel=\"self\" type=\"application/atom+xml\" href=\"{base}/status.atom\"/>\n<updated>{}</updated>\n\
         <author><name>{}</name></author>\n",
        lang.code(),
        xml(&name),
        newest.unwrap_or(Timestamp::UNIX_EPOCH),
        xml(&ctx.app.org().name),
    );
    for e in &entries {
        let href = format!("{base}/announcements/{}", e.a.id);
        out.push_str(&format!(
            "<entry>\n<title>{}</title>\n<id>{href}</id>\n<link rel=\"alternate\" type=\"text/html\" href=\"{href}\"/>\n\
             <published>{}</published>\n<updated>{}</updated>\n<category term=\"{}\"/>\n<content type=\"html\">{}</content>\n</entry>\n",
            xml(&title(lang, &e.a)),
            e.a.published_at(),
            e.a.updated_at,
            e.a.kind.key(),
            xml(&body(lang, e)),
        ));
    }
    out.push_str("</feed>\n");
    Ok(cached(&headers, "application/atom+xml; charset=utf-8", out))
}

fn rfc_2822(at: Timestamp) -> String {
    TimeZone::UTC
        .to_datetime(at)
        .strftime("%a, %d %b %Y %H:%M:%S +0000")
        .to_string()
}

/// GET /status.rss
pub async fn rss(ctx: Ctx, headers: HeaderMap) -> Result<Response> {
    let lang = language(&ctx);
    let base = ctx.app.config.public_url.trim_end_matches('/');
    let entries = entries(&ctx).await?;
    let name = format!("{}: {}", ctx.app.org().name, t!(lang, "How things stand"));
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\"><channel>\n\
         <title>{0}</title>\n<link>{base}/status</link>\n<description>{0}</description>\n<language>{1}</language>\n\
         <atom:link rel=\"self\" type=\"application/rss+xml\" href=\"{base}/status.rss\"/>\n",
        xml(&name),
        lang.code(),
    );
    for e in &entries {
        // A reader shows each update, so each is an item of its own.
        let part = e.updates.first().map_or("first", |u| u.id.as_str());
        out.push_str(&format!(
            "<item>\n<title>{}</title>\n<link>{base}/announcements/{}</link>\n<guid isPermaLink=\"false\">{}/{part}</guid>\n\
             <pubDate>{}</pubDate>\n<category>{}</category>\n<description>{}</description>\n</item>\n",
            xml(&title(lang, &e.a)),
            e.a.id,
            e.a.id,
            rfc_2822(e.a.updated_at),
            e.a.kind.key(),
            xml(&body(lang, e)),
        ));
    }
    out.push_str("</channel></rss>\n");
    Ok(cached(&headers, "application/rss+xml; charset=utf-8", out))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_break_out_of_xml() {
        assert_eq!(
            xml("<a href=\"x\">&'\u{0}\u{b}\u{1b}]]></a>\n\u{fffe}ü"),
            "&lt;a href=&quot;x&quot;&gt;&amp;&#39;]]&gt;&lt;/a&gt;\nü"
        );
    }

    #[test]
    fn dates_of_rss_are_english() {
        let at = "2026-11-03T09:05:00Z".parse().unwrap();
        assert_eq!(rfc_2822(at), "Tue, 03 Nov 2026 09:05:00 +0000");
    }
}
