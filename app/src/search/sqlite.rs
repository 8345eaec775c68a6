//! Bags of words in FTS5 tables.

use super::index::Bag;

/// Forget a number.
pub fn remove(bag: Bag) -> String {
    format!("DELETE FROM {} WHERE rowid = $1", bag.table())
}

/// Add a number with its words.
pub fn insert(bag: Bag) -> String {
    format!("INSERT INTO {} (rowid, words) VALUES ($1, $2)", bag.table())
}

/// The newest matches below a number. FTS5 keeps its lists in this order and
/// reads no further than it must.
pub fn newest(bag: Bag) -> String {
    let table = bag.table();
    format!(
        "SELECT rowid AS n FROM {table} WHERE {table} MATCH $1 AND rowid < $2
         ORDER BY rowid DESC LIMIT $3"
    )
}

/// Whether the item `w` matches.
pub const EXISTS: &str = "EXISTS (SELECT 1 FROM search_request s
    WHERE s.rowid = w.number AND s.search_request MATCH $MATCH)";

/// One of these tokens.
pub fn any(tokens: &[String]) -> String {
    let quoted: Vec<String> = tokens.iter().map(|t| format!("\"{t}\"")).collect();
    format!("({})", quoted.join(" OR "))
}

/// All of these.
pub fn all(parts: &[String]) -> String {
    parts.join(" AND ")
}

/// A bag as text.
pub fn bag(tokens: &[String]) -> String {
    tokens.join(" ")
}
