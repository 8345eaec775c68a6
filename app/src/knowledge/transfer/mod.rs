//! Taking articles in from a folder of Markdown or HTML, and giving them out
//! again as one of Markdown.
//!
//! | file | what it holds |
//! |---|---|
//! | [`front`] | the lines on top of a file: title, audience, category, language (pure) |
//! | [`convert`] | HTML as Markdown; links between files (pure) |
//! | [`folder`] | a folder out of a ZIP, within limits (pure) |
//! | [`import`] | the verb, and the ledger of what became of each file |
//! | [`export`] | the same back |
//! | [`pages`] | in the browser and in the API |

pub mod convert;
pub mod export;
pub mod folder;
pub mod front;
pub mod import;
pub mod pages;
