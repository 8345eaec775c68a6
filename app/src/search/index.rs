//! Bags of words in the database, and questions to them. Only here and in the
//! two files beside it does the kind of database matter.

use mil_db::{Db, Dialect, Tx, sql};

use super::{postgres, sqlite, words};
use crate::error::Result;

/// Which of the two lists of bags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bag {
    /// Requests, by their number.
    Requests,
    /// Everything else, by the number of its row in `search_document`.
    Documents,
}

impl Bag {
    /// Its table.
    pub fn table(self) -> &'static str {
        match self {
            Bag::Requests => "search_request",
            Bag::Documents => "search_words",
        }
    }
}

/// A question: of each group at least one token must be in the bag.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ask(Vec<Vec<String>>);

impl Ask {
    /// Nothing is asked yet.
    pub fn new() -> Ask {
        Ask::default()
    }

    /// One of these as well. No tokens at all can never be in a bag.
    pub fn and(&mut self, mut tokens: Vec<String>) -> &mut Ask {
        tokens.sort();
        tokens.dedup();
        self.0.push(tokens);
        self
    }

    /// Its text for a database; `None` when nothing can answer it.
    pub fn text(&self, dialect: Dialect) -> Option<String> {
        if self.0.is_empty() || self.0.iter().any(Vec::is_empty) {
            return None;
        }
        let groups = self.0.iter().map(|group| {
            let tokens: Vec<String> = group.iter().map(|t| words::encode(t)).collect();
            match dialect {
                Dialect::Sqlite => sqlite::any(&tokens),
                Dialect::Postgres => postgres::any(&tokens),
            }
        });
        let groups: Vec<String> = groups.collect();
        Some(match dialect {
            Dialect::Sqlite => sqlite::all(&groups),
            Dialect::Postgres => postgres::all(&groups),
        })
    }
}

/// Take a bag out.
pub async fn remove(tx: &mut Tx, bag: Bag, n: i64) -> Result<()> {
    let text = match tx.dialect() {
        Dialect::Sqlite => sqlite::remove(bag),
        Dialect::Postgres => postgres::remove(bag),
    };
    sql(text).bind(n).run(tx).await?;
    Ok(())
}

/// Put a bag in, in the place of the one that was there.
pub async fn put<'a>(
    tx: &mut Tx,
    bag: Bag,
    n: i64,
    tokens: impl Iterator<Item = &'a str>,
) -> Result<()> {
    remove(tx, bag, n).await?;
    let tokens: Vec<String> = tokens.map(words::encode).collect();
    let (text, packed) = match tx.dialect() {
        Dialect::Sqlite => (sqlite::insert(bag), sqlite::bag(&tokens)),
        Dialect::Postgres => (postgres::insert(bag), postgres::bag(&tokens)),
    };
    sql(text).bind(n).bind(packed).run(tx).await?;
    Ok(())
}

/// The newest matches below `below`, newest first.
pub async fn newest(db: &Db, bag: Bag, ask: &Ask, below: i64, limit: i64) -> Result<Vec<i64>> {
    let Some(asked) = ask.text(db.dialect()) else {
        return Ok(Vec::new());
    };
    let run = |text: String| {
        sql(text)
            .bind(&asked)
            .bind(below)
            .bind(limit)
            .column::<i64>("n", db)
    };
    Ok(match db.dialect() {
        Dialect::Sqlite => run(sqlite::newest(bag)).await?,
        Dialect::Postgres => {
            let found = run(postgres::window(bag)).await?;
            if found.len() as i64 >= limit.min(100) {
                return Ok(found);
            }
            run(postgres::newest(bag)).await?
        }
    })
}

/// The condition that the request `w` matches, with `$MATCH` for the question.
pub fn exists(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => sqlite::EXISTS,
        Dialect::Postgres => postgres::EXISTS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_all_of_some() {
        let mut ask = Ask::new();
        assert_eq!(ask.text(Dialect::Sqlite), None);
        ask.and(vec!["b".into(), "a".into(), "a".into()]);
        ask.and(vec!["a:x".into()]);
        assert_eq!(
            ask.text(Dialect::Sqlite).unwrap(),
            "(\"a\" OR \"b\") AND (\"a:x\")"
        );
        assert_eq!(
            ask.text(Dialect::Postgres).unwrap(),
            "('a' | 'b') & ('a:x')"
        );
        ask.and(Vec::new());
        assert_eq!(ask.text(Dialect::Postgres), None);
    }
}
