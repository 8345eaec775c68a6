//! What people ask for, and what is said about it.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::dice::Dice;
use crate::error::{Error, Result};

/// A kind of request with its own conversation.
#[derive(Debug, Clone, Deserialize)]
#[allow(missing_docs)]
pub struct Story {
    pub service: String,
    title: String,
    #[serde(default)]
    of: Vec<String>,
    pub text: String,
    #[serde(flatten)]
    said: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct File {
    story: Vec<Story>,
}

/// All stories, and the words for those that have none of their own.
#[derive(Debug)]
#[allow(missing_docs)]
pub struct Stories {
    pub list: Vec<Story>,
    common: BTreeMap<String, Vec<String>>,
}

impl Stories {
    /// Read the files.
    pub fn read() -> Result<Stories> {
        let bad = |e: toml::de::Error| Error::Internal(format!("demo stories: {e}"));
        let mut list = Vec::new();
        for text in [
            include_str!("data/stories_web.toml"),
            include_str!("data/stories_print.toml"),
            include_str!("data/stories_reach.toml"),
        ] {
            list.extend(toml::from_str::<File>(text).map_err(bad)?.story);
        }
        let common = toml::from_str(include_str!("data/common.toml")).map_err(bad)?;
        Ok(Stories { list, common })
    }

    /// Every subject: a story and one of its variants.
    pub fn subjects(&self) -> Vec<(usize, String)> {
        self.list
            .iter()
            .enumerate()
            .flat_map(|(i, story)| {
                let titles: Vec<String> = if story.of.is_empty() {
                    vec![story.title.clone()]
                } else {
                    story
                        .of
                        .iter()
                        .map(|x| story.title.replace("{x}", x))
                        .collect()
                };
                titles.into_iter().map(move |title| (i, title))
            })
            .collect()
    }

    /// What is said at an occasion: the story's own words, or common ones.
    pub fn say(&self, dice: &mut Dice, story: usize, occasion: &str) -> String {
        if let Some(own) = self.list[story].said.get(occasion) {
            return own.clone();
        }
        self.common(dice, occasion)
    }

    /// Common words for an occasion.
    pub fn common(&self, dice: &mut Dice, occasion: &str) -> String {
        self.common
            .get(occasion)
            .map(|list| dice.pick(list).clone())
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_enough_to_talk_about() {
        let stories = Stories::read().unwrap();
        assert!(
            stories.subjects().len() >= 150,
            "{}",
            stories.subjects().len()
        );
        let occasions = ["first", "ask", "reply", "note", "proof", "fix", "thanks"];
        for story in &stories.list {
            for said in story.said.keys() {
                assert!(
                    occasions.contains(&said.as_str()),
                    "{}: {said}",
                    story.title
                );
            }
        }
    }
}
