//! Messages for chat programs: one short text with a link, in the words of the
//! timeline. What people wrote stays text: it cannot format, link or call anybody.
//! Pure.
//!
//! Formats: Slack's incoming webhooks (`text` in mrkdwn), Mattermost's (`text` in
//! Markdown), and the Adaptive Card that Microsoft Teams takes from a workflow.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What an endpoint understands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Look {
    /// The event as data, for programs.
    #[default]
    Data,
    /// A message in Slack.
    Slack,
    /// A message in Microsoft Teams.
    Teams,
    /// A message in Mattermost, or in Rocket.Chat, which reads the same.
    Mattermost,
}

impl Look {
    /// All of them.
    pub const ALL: [Look; 4] = [Look::Data, Look::Slack, Look::Teams, Look::Mattermost];

    /// The word in forms and in the database.
    pub fn key(self) -> &'static str {
        match self {
            Look::Data => "data",
            Look::Slack => "slack",
            Look::Teams => "teams",
            Look::Mattermost => "mattermost",
        }
    }

    /// From that word.
    pub fn from_key(key: &str) -> Option<Look> {
        Look::ALL.into_iter().find(|look| look.key() == key)
    }
}

/// What is said.
#[derive(Debug, Clone, Copy)]
pub struct News<'a> {
    /// The request, such as `#1234 Poster`.
    pub title: &'a str,
    /// Its page.
    pub url: &'a str,
    /// Who did what.
    pub sentence: &'a str,
}

/// The longest text, in characters; Slack cuts at 3,000.
const MOST: usize = 1_000;

/// The body of a message; `None` for [`Look::Data`], which gets the event.
pub fn body(look: Look, news: News<'_>) -> Option<Value> {
    let cut = |text: &str| -> String { text.chars().take(MOST).collect() };
    let (title, sentence) = (cut(news.title), cut(news.sentence));
    Some(match look {
        Look::Data => return None,
        Look::Slack => json!({
            "text": format!("<{}|{}>\n{}", news.url, slack(&title), slack(&sentence)),
            "unfurl_links": false,
        }),
        Look::Mattermost => json!({
            "text": format!("[{}]({})\n{}", markdown(&title), news.url, markdown(&sentence)),
        }),
        Look::Teams => json!({
            "type": "message",
            "attachments": [{
                "contentType": "application/vnd.microsoft.card.adaptive",
                "content": {
                    "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                    "type": "AdaptiveCard",
                    "version": "1.4",
                    "body": [
                        { "type": "TextBlock", "text": markdown(&title), "weight": "Bolder", "wrap": true },
                        { "type": "TextBlock", "text": markdown(&sentence), "wrap": true },
                    ],
                    "actions": [{ "type": "Action.OpenUrl", "title": "MIL", "url": news.url }],
                },
            }],
        }),
    })
}

/// Slack reads `<…>` as links and calls, and three characters as their escapes.
fn slack(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // What formats begins and ends at a word; a joiner keeps it apart.
            '*' | '_' | '~' | '`' => out.extend([c, '\u{2060}']),
            '@' => out.extend(['@', '\u{2060}']),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// Markdown: punctuation is escaped, and a joiner behind `@` keeps it from calling
/// a whole channel.
fn markdown(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '@' => out.extend(['@', '\u{2060}']),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '#' | '+' | '!' | '|'
            | '~' | '<' | '>' => out.extend(['\\', c]),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NEWS: News<'static> = News {
        title: "#1234 Poster <!channel> [x](javascript:1)",
        url: "https://mil.example/work/1234",
        sentence: "Ann wrote: @channel *now* & </a>",
    };

    fn text(look: Look) -> String {
        let body = body(look, NEWS).unwrap();
        body["text"].as_str().unwrap().to_owned()
    }

    #[test]
    fn each_program_gets_its_words() {
        assert_eq!(body(Look::Data, NEWS), None);
        let slack = text(Look::Slack);
        assert!(slack.starts_with("<https://mil.example/work/1234|#1234 Poster &lt;!channel&gt;"));
        assert!(slack.contains("&amp; &lt;/a&gt;"), "{slack}");
        let mattermost = text(Look::Mattermost);
        assert!(mattermost.starts_with("[\\#1234 Poster"), "{mattermost}");
        assert!(
            mattermost.contains("\\[x\\]\\(javascript:1\\)"),
            "{mattermost}"
        );
        let teams = body(Look::Teams, NEWS).unwrap();
        let card = &teams["attachments"][0]["content"];
        assert_eq!(card["type"], "AdaptiveCard");
        assert_eq!(card["actions"][0]["url"], NEWS.url);
        for look in Look::ALL {
            assert_eq!(Look::from_key(look.key()), Some(look));
        }
    }

    proptest! {
        #[test]
        fn nothing_that_was_written_calls_or_links(written in "[@<>!a-z*\\[\\]()|#&\n ]{0,60}") {
            let news = News { title: &written, sentence: &written, ..NEWS };
            let slack = body(Look::Slack, news).unwrap();
            let slack = slack["text"].as_str().unwrap();
            prop_assert_eq!(slack.matches('<').count(), 1);
            prop_assert_eq!(slack.matches('>').count(), 1);
            prop_assert!(!slack.contains("@c") && !slack.contains("@h"));
            let mattermost = body(Look::Mattermost, news).unwrap();
            let mattermost = mattermost["text"].as_str().unwrap();
            prop_assert!(!mattermost.contains("@c") && !mattermost.contains("@h"));
            prop_assert_eq!(mattermost.matches("](").count(), 1);
        }
    }
}
