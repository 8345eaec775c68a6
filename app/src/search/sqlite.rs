//! Full text by FTS5.

/// Forget a number.
pub const REMOVE: &str = "DELETE FROM search_item WHERE rowid = $1";

/// Add a number with its words.
pub const INSERT: &str =
    "INSERT INTO search_item (rowid, public_text, internal_text) VALUES ($1, $2, $3)";

/// The newest matches below a number. FTS5 keeps its lists in this order.
pub const NEWEST: &str = "SELECT rowid AS number FROM search_item
    WHERE search_item MATCH $1 AND rowid < $2 ORDER BY rowid DESC LIMIT $3";

/// Whether the item `w` matches.
pub const EXISTS: &str =
    "EXISTS (SELECT 1 FROM search_item s WHERE s.rowid = w.number AND s.search_item MATCH $MATCH)";

/// All words, the last one perhaps unfinished; in internal notes only for those
/// who may read them.
pub fn question(words: &[String], internal: bool) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"*")).collect();
    let all = quoted.join(" AND ");
    if internal {
        all
    } else {
        format!("{{public_text}} : ({all})")
    }
}
