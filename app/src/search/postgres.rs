//! Bags of words in tsvector columns.
//!
//! A word in a tenth of all rows and a word in ten of them want different
//! plans, and the planner cannot know which it is. So the newest rows are looked
//! through first: a common word is found there at once. A word that is not
//! among them is rare, and the inverted index has all its rows at hand.

use super::index::Bag;

/// How many of the newest rows are looked through before the index is asked.
pub const WINDOW: i64 = 2_000;
/// How many rows the index may bring.
const CANDIDATES: i64 = 20_000;

/// Forget a number.
pub fn remove(bag: Bag) -> String {
    format!("DELETE FROM {} WHERE n = $1", bag.table())
}

/// Add a number with its words.
pub fn insert(bag: Bag) -> String {
    format!(
        "INSERT INTO {} (n, words) VALUES ($1, CAST($2 AS tsvector))",
        bag.table()
    )
}

/// Matches among the newest rows below a number.
pub fn window(bag: Bag) -> String {
    format!(
        "SELECT n FROM (SELECT n, words FROM {} WHERE n < $2 ORDER BY n DESC LIMIT {WINDOW}) s
         WHERE words @@ CAST($1 AS tsquery) ORDER BY n DESC LIMIT $3",
        bag.table()
    )
}

/// The newest matches below a number, by the inverted index. `n + 0` keeps the
/// planner from walking all rows in order instead.
pub fn newest(bag: Bag) -> String {
    format!(
        "SELECT n FROM (SELECT n FROM {} WHERE words @@ CAST($1 AS tsquery) AND n + 0 < $2
            LIMIT {CANDIDATES}) s
         ORDER BY n + 0 DESC LIMIT $3",
        bag.table()
    )
}

/// Whether the item `w` matches.
pub const EXISTS: &str = "EXISTS (SELECT 1 FROM search_request s WHERE s.n = w.number
    AND s.words @@ CAST($MATCH AS tsquery))";

/// One of these tokens.
pub fn any(tokens: &[String]) -> String {
    let quoted: Vec<String> = tokens.iter().map(|t| format!("'{t}'")).collect();
    format!("({})", quoted.join(" | "))
}

/// All of these.
pub fn all(parts: &[String]) -> String {
    parts.join(" & ")
}

/// A bag as text.
pub fn bag(tokens: &[String]) -> String {
    let quoted: Vec<String> = tokens.iter().map(|t| format!("'{t}'")).collect();
    quoted.join(" ")
}
