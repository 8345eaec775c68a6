//! Files that people attach: taking them in, and handing them out again.
//!
//! | file | what it holds |
//! |---|---|
//! | [`name`] | file names made harmless, and names in headers (pure) |
//! | [`kind`] | what a file is, by its bytes (pure) |
//! | [`store`] | the rows; every look-up is by what the actor may see |
//! | [`intake`] | a posted form with its files, streamed to disk |
//! | [`send`] | the bytes, whole or in part |
//! | [`strip`] | pictures without what a camera wrote into them (pure) |
//! | [`sweep`] | taking away what nobody attached |
//!
//! The bytes lie in `app.blobs`, named by their hash. A file belongs to its
//! uploader alone until an order or a comment takes it; from then on whoever
//! sees the item sees the file, and internal files only agents.

pub mod api;
pub mod intake;
pub mod kind;
pub mod name;
pub mod send;
pub mod store;
pub mod strip;
pub mod sweep;

pub use intake::Sent;
pub use store::Attachment;

use crate::openapi::Op;
use crate::router::{Access, Route, delete, get, post};

/// The routes of this slice.
pub fn routes() -> Vec<Route> {
    use Access::SignedIn;
    vec![
        post(SignedIn, "/files", api::upload).unlimited_body(),
        get(SignedIn, "/files/{file}/{name}", api::open),
        post(SignedIn, "/api/v1/files", api::upload)
            .unlimited_body()
            .op(Op::new("Files", "Upload a file, as the part `file`")
                .upload()
                .answers::<api::FileView>()
                .status(201)),
        get(SignedIn, "/api/v1/files/{file}", api::show)
            .op(Op::new("Files", "About a file").answers::<api::FileView>()),
        get(SignedIn, "/api/v1/files/{file}/content", api::content).op(Op::new(
            "Files",
            "Its bytes, or the part that Range asks for",
        )),
        delete(SignedIn, "/api/v1/files/{file}", api::remove).op(Op::new(
            "Files",
            "Remove a file of yours that belongs to nothing yet",
        )
        .status(204)),
        get(SignedIn, "/api/v1/requests/{item}/files", api::of_item).op(Op::new(
            "Files",
            "The files of a request, oldest first",
        )
        .query::<api::After>()
        .answers::<api::Files>()),
    ]
}
