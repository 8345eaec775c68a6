//! Other words for the same thing: the glossary's terms with their synonyms, and
//! the keywords of the services that the reader may order.

use super::words;
use crate::error::Result;
use crate::i18n::Lang;
use crate::web::Me;

/// The most ways in which a question is asked again.
const VARIANTS: usize = 5;

/// The question in other words.
pub async fn variants(me: &Me, typed: &str) -> Result<Vec<String>> {
    let book = me.app.glossary().await?;
    let mut groups: Vec<Vec<String>> = book
        .terms()
        .map(|term| term.names().map(str::to_owned).collect())
        .collect();
    let catalog = me.app.catalog().await?;
    groups.extend(catalog.offered_to(&me.actor).map(|service| {
        std::iter::once(service.name.as_str())
            .chain(service.keywords.split([',', ';', '\n']))
            .map(|word| word.trim().to_owned())
            .filter(|word| !word.is_empty())
            .collect()
    }));
    Ok(rewrite(me.lang(), typed, &groups))
}

/// The question with a name replaced by each of the names that mean the same
/// (pure).
pub fn rewrite(lang: Lang, typed: &str, groups: &[Vec<String>]) -> Vec<String> {
    let asked: Vec<String> = words::split(typed).map(|(_, _, word)| word).collect();
    let mut out: Vec<String> = Vec::new();
    for group in groups {
        let hit = group.iter().find_map(|name| {
            let name: Vec<String> = words::split(name).map(|(_, _, word)| word).collect();
            let at = asked.windows(name.len().max(1)).position(|part| {
                !name.is_empty() && part.iter().zip(&name).all(|(a, b)| words::same(lang, a, b))
            })?;
            Some((at, name.len()))
        });
        let Some((at, long)) = hit else { continue };
        let said = &asked[at..at + long];
        for name in group {
            let name: Vec<String> = words::split(name).map(|(_, _, word)| word).collect();
            let is_said = name.len() == said.len()
                && name.iter().zip(said).all(|(a, b)| words::same(lang, a, b));
            if name.is_empty() || is_said {
                continue;
            }
            let mut other = asked[..at].to_vec();
            other.extend(name);
            other.extend_from_slice(&asked[at + long..]);
            let other = other.join(" ");
            if !out.contains(&other) {
                out.push(other);
            }
            if out.len() == VARIANTS {
                return out;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_replaced_by_what_means_the_same() {
        let groups = vec![
            vec!["landing page".to_owned(), "campaign page".to_owned()],
            vec![
                "poster".to_owned(),
                "Plakat".to_owned(),
                "Aushang".to_owned(),
            ],
        ];
        assert_eq!(
            rewrite(Lang::En, "new Landing Pages for May", &groups),
            ["new campaign page for may"]
        );
        assert_eq!(rewrite(Lang::De, "Plakate", &groups), ["poster", "aushang"]);
        assert!(rewrite(Lang::En, "flyer", &groups).is_empty());
        assert!(rewrite(Lang::En, "", &groups).is_empty());
    }
}
