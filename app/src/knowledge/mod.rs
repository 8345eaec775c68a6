//! The knowledge base: answers that people find for themselves.
//!
//! | file | what it holds |
//! |---|---|
//! | [`model`] | articles, their texts in each language, drafts, versions; addresses of titles |
//! | [`store`] | the rows; finding is limited to what the actor may read |
//! | [`write`] | drafts: begin, save, throw away, restore an old version |
//! | [`approval`] | submit, send back, approve |
//! | [`publish`] | what publishing does, and what is due at a time |
//! | [`settings`] | audience, owner, reviews, services, related articles |
//! | [`voices`] | "did this solve it?", and comments |
//! | [`images`] | pictures in articles |

pub mod approval;
pub mod images;
pub mod model;
pub mod publish;
pub mod settings;
pub mod store;
pub mod voices;
pub mod write;
