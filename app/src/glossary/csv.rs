//! Terms as CSV, out and in.

use super::model::Term;
use super::verbs::{self, TermInput};
use crate::actor::Actor;
use crate::error::{Error, FieldError, Msg, Result};
use crate::policy;
use crate::portal::find::fold;
use crate::queue::api::quoted;
use crate::web::Ctx;

/// The columns, in order.
pub const COLUMNS: [&str; 6] = [
    "term", "language", "means", "it_term", "it_means", "synonyms",
];
/// The most lines of one file.
const LINES: usize = 2_000;

/// The terms; synonyms stand in one cell, with semicolons between them.
pub fn write<'a>(terms: impl Iterator<Item = &'a Term>) -> String {
    let mut out = COLUMNS.join(",");
    out.push_str("\r\n");
    for term in terms {
        let synonyms = term.synonyms.join("; ");
        let cells = [
            &term.term,
            &term.language,
            &term.means,
            &term.it_term,
            &term.it_means,
            &synonyms,
        ];
        out.push_str(&cells.map(|cell| quoted(cell)).join(","));
        out.push_str("\r\n");
    }
    out
}

/// Rows of cells (RFC 4180); quotes, commas and line breaks inside quotes are
/// part of the cell. Semicolons part cells where the first line has no comma.
pub fn read(text: &str) -> Vec<Vec<String>> {
    let text = text.trim_start_matches('\u{feff}');
    let first = text.lines().next().unwrap_or_default();
    let comma = if first.contains(',') { ',' } else { ';' };
    let mut rows = Vec::new();
    let mut row: Vec<String> = Vec::new();
    let mut cell = String::new();
    let mut inside = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if inside && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' if inside => inside = false,
            '"' if cell.is_empty() => inside = true,
            c if c == comma && !inside => row.push(std::mem::take(&mut cell)),
            '\r' if !inside => {}
            '\n' if !inside => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            c => cell.push(c),
        }
    }
    if !cell.is_empty() || !row.is_empty() {
        row.push(cell);
        rows.push(row);
    }
    rows.retain(|row| row.iter().any(|cell| !cell.trim().is_empty()));
    rows
}

/// What came of an import: every line of the file is in one of these.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Lines that became new terms.
    pub created: usize,
    /// Lines that changed a term that is here.
    pub changed: usize,
    /// Lines that say what is here already.
    pub same: usize,
}

/// Take a file in: all of it, or nothing with what is wrong in which line.
pub async fn import(ctx: &Ctx, actor: &Actor, text: &str) -> Result<Ledger> {
    policy::require(policy::shapes_catalog(actor))?;
    let rows = read(text);
    let Some((head, lines)) = rows.split_first() else {
        return Err(Error::field(
            "file",
            "The file is empty. Export the glossary to see how it looks.",
        ));
    };
    let head: Vec<String> = head.iter().map(|cell| fold(cell.trim())).collect();
    let at = |name: &str| head.iter().position(|cell| cell == name);
    if at("term").is_none() || at("means").is_none() {
        let msg = Msg::new("The first line names the columns: {columns}.")
            .with("columns", COLUMNS.join(", "));
        return Err(Error::Invalid(vec![FieldError::new("file", msg)]));
    }
    if lines.len() > LINES {
        let msg = Msg::new("Take at most {n} lines at a time.").with("n", LINES);
        return Err(Error::Invalid(vec![FieldError::new("file", msg)]));
    }
    let mut inputs = Vec::new();
    for line in lines {
        let cell = |name: &str| {
            let text = at(name)
                .and_then(|at| line.get(at))
                .map_or("", |c| c.trim());
            // The mark that keeps spreadsheets from running a cell.
            match text.strip_prefix('\'') {
                Some(rest) if rest.starts_with(['=', '+', '-', '@']) => rest.to_owned(),
                _ => text.to_owned(),
            }
        };
        inputs.push(TermInput {
            term: cell("term"),
            language: cell("language"),
            means: cell("means"),
            it_term: cell("it_term"),
            it_means: cell("it_means"),
            synonyms: cell("synonyms").split(';').map(str::to_owned).collect(),
            ..TermInput::default()
        });
    }
    verbs::take_in(ctx, actor, inputs).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_can_be_read() {
        let term = Term {
            term: "CI, \"new\"".into(),
            language: "en".into(),
            means: "two\nlines".into(),
            it_term: "=SUM(A1)".into(),
            synonyms: vec!["a".into(), "b".into()],
            ..Term::default()
        };
        let rows = read(&write([&term].into_iter()));
        assert_eq!(rows[0], COLUMNS);
        assert_eq!(
            rows[1],
            ["CI, \"new\"", "en", "two\nlines", "'=SUM(A1)", "", "a; b"]
        );
        assert_eq!(read("a;b\n1;2"), [["a", "b"], ["1", "2"]]);
        assert!(read("\n \n").is_empty());
    }
}
