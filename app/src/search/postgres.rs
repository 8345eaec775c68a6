//! Full text by tsvector.

/// Forget a number.
pub const REMOVE: &str = "DELETE FROM search_item WHERE number = $1";

/// Add a number with its words.
pub const INSERT: &str = "INSERT INTO search_item (number, public_text, internal_text)
    VALUES ($1, to_tsvector('simple', $2), to_tsvector('simple', $3))";

/// The newest matches below a number, internal notes included.
pub const NEWEST: &str = "SELECT number FROM search_item
    WHERE (public_text || internal_text) @@ to_tsquery('simple', $1) AND number < $2
    ORDER BY number DESC LIMIT $3";

/// Whether the item `w` matches in what its requester may read.
pub const EXISTS: &str = "EXISTS (SELECT 1 FROM search_item s WHERE s.number = w.number
    AND s.public_text @@ to_tsquery('simple', $MATCH))";

/// All words, each perhaps unfinished.
pub fn question(words: &[String]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("'{word}':*")).collect();
    quoted.join(" & ")
}
