//! The asset library: logos, pictures, templates and films, with the rights to
//! use them.
//!
//! | file | what it holds |
//! |---|---|
//! | [`model`], [`rights`] | the nouns; whether something may be used for this, today (pure) |
//! | [`store`], [`find`], [`words`] | the rows, browsing with facets, the words by which one is found |
//! | [`upload`] | uploads that go on where they stopped (tus 1.0) |
//! | [`verbs`] | create, describe, set rights, new version, archive |
//! | [`bulk`] | several at once, and the way back |
//! | [`collections`], [`uses`] | what belongs together; where it is used |
//! | [`take`] | downloads: what is on offer, whether rights allow it, the ticket |
//! | [`pack`], [`zips`] | ZIP in and out |
//! | [`shares`], [`brand`] | links for outsiders; the page that outsiders see |
//! | [`sizes`] | sizes of one's own, made of every picture |
//! | [`watch`] | owners hear that rights end |
//! | [`render`] | renditions, in a process of their own |
//! | [`pages`], [`api`], [`api_more`] | the same as HTML and as JSON |
//!
//! Whoever works here finds all of it; colleagues what is open to them;
//! outsiders what is public.

pub mod api;
pub mod api_more;
pub mod brand;
pub mod bulk;
pub mod collections;
pub mod find;
pub mod model;
pub mod pack;
pub mod pages;
pub mod render;
pub mod rights;
pub mod shares;
pub mod sizes;
pub mod store;
pub mod take;
pub mod upload;
pub mod uses;
pub mod verbs;
pub mod watch;
pub mod words;
pub mod zips;

use crate::openapi::Op;
use crate::router::{Access, Route, delete, get, patch, post, put};
use pages::{add, bytes, collections as sets, detail, edit, list, share, sizes as sized};

/// The routes of this slice.
pub fn routes() -> Vec<Route> {
    use Access::{Admins, Agents, Public, SignedIn};
    let op = |summary| Op::new("Assets", summary);
    vec![
        get(SignedIn, "/assets", list::page),
        get(Agents, "/assets/new", add::new),
        post(Agents, "/assets/new", add::create).unlimited_body(),
        get(Agents, "/assets/added", add::added),
        post(Agents, "/assets/bulk", bulk::post),
        post(SignedIn, "/assets/zip", zips::selection),
        get(SignedIn, "/assets/collections", sets::list),
        post(Agents, "/assets/collections", sets::make),
        get(SignedIn, "/assets/collections/{collection}", sets::show),
        post(Agents, "/assets/collections/{collection}", sets::save),
        post(
            Agents,
            "/assets/collections/{collection}/archive",
            sets::archive,
        ),
        post(
            SignedIn,
            "/assets/collections/{collection}/zip",
            zips::collection,
        ),
        get(
            Agents,
            "/assets/collections/{collection}/share",
            share::of_collection,
        ),
        post(
            Agents,
            "/assets/collections/{collection}/share",
            share::make_collection,
        ),
        post(Agents, "/assets/shares/{share}/end", share::end),
        get(Agents, "/assets/{asset}/share", share::of_asset),
        post(Agents, "/assets/{asset}/share", share::make_asset),
        get(Public, "/s/{link}", share::outside),
        post(Public, "/s/{link}", share::unlock),
        post(Public, "/s/{link}/take", share::take),
        get(Public, "/s/{link}/files/{taken}", share::fetch),
        get(Public, "/s/{link}/picture/{shown}", share::picture),
        get(Public, "/brand", brand::page),
        post(Public, "/brand/take", brand::take),
        get(Public, "/brand/files/{taken}", brand::fetch),
        get(Public, "/brand/picture/{shown}", brand::picture),
        get(Admins, "/admin/brand", brand::admin),
        post(Admins, "/admin/brand", brand::save),
        get(Admins, "/admin/sizes", sized::list),
        get(Admins, "/admin/sizes/new", sized::fresh),
        post(Admins, "/admin/sizes/new", sized::create),
        get(Admins, "/admin/sizes/{preset}", sized::edit),
        post(Admins, "/admin/sizes/{preset}", sized::save),
        post(Admins, "/admin/sizes/{preset}/remove", sized::remove),
        get(SignedIn, "/assets/downloads/{download}", bytes::fetch),
        get(SignedIn, "/assets/{asset}", detail::page),
        get(SignedIn, "/assets/{asset}/picture/{size}", bytes::picture),
        post(SignedIn, "/assets/{asset}/downloads", bytes::take),
        get(Agents, "/assets/{asset}/edit", edit::show),
        post(Agents, "/assets/{asset}/edit", edit::save),
        post(Agents, "/assets/{asset}/versions", edit::renew).unlimited_body(),
        post(
            Agents,
            "/assets/{asset}/versions/{asset_version}/restore",
            edit::restore,
        ),
        post(Agents, "/assets/{asset}/archive", edit::archive),
        post(Agents, "/assets/{asset}/uses", uses::post),
        post(
            Agents,
            "/assets/{asset}/uses/{place}/remove",
            uses::post_remove,
        ),
        post(Agents, "/api/v1/asset-uploads", upload::create).op(op(
            "Begin an upload (tus 1.0: Upload-Length, Upload-Metadata)",
        )
        .answers::<upload::Upload>()
        .status(201)),
        get(Agents, "/api/v1/asset-uploads/{upload}", upload::show)
            .op(op("How far an upload is; HEAD answers Upload-Offset").answers::<upload::Upload>()),
        patch(Agents, "/api/v1/asset-uploads/{upload}", upload::go_on)
            .unlimited_body()
            .op(
                op("Send the next bytes of an upload (application/offset+octet-stream)")
                    .status(204),
            ),
        delete(Agents, "/api/v1/asset-uploads/{upload}", upload::remove)
            .op(op("Give an upload up").status(204)),
        get(SignedIn, "/api/v1/assets", api::list).op(op("Assets, the most used first")
            .query::<find::Asked>()
            .answers::<api::Assets>()),
        post(Agents, "/api/v1/assets", api::create).op(op("Make an asset of an upload")
            .body::<api::NewAsset>()
            .answers::<api::AssetView>()
            .status(201)),
        get(SignedIn, "/api/v1/assets/{asset}", api::show)
            .op(op("Everything about an asset").answers::<api::AssetDetail>()),
        patch(Agents, "/api/v1/assets/{asset}", api::change).op(op(
            "Say what an asset is and who may use it",
        )
        .body::<api::Changes>()
        .answers::<api::AssetView>()),
        delete(Agents, "/api/v1/assets/{asset}", api::archive)
            .op(op("Take an asset out of the library").status(204)),
        post(Agents, "/api/v1/assets/{asset}/versions", api::renew).op(op(
            "Give an asset a new file",
        )
        .body::<api::NewVersion>()
        .answers::<api::AssetView>()
        .status(201)),
        post(SignedIn, "/api/v1/assets/{asset}/downloads", api::download).op(op(
            "Take an asset for a use; its bytes are fetched at href",
        )
        .body::<bytes::Take>()
        .answers::<take::Ticket>()
        .status(201)),
        post(Agents, "/api/v1/assets/{asset}/uses", api::add_use).op(op(
            "Note where an asset is used",
        )
        .body::<uses::NewUse>()
        .answers::<uses::Use>()
        .status(201)),
        delete(
            Agents,
            "/api/v1/assets/{asset}/uses/{place}",
            api::remove_use,
        )
        .op(op("Take a place away again").status(204)),
        get(SignedIn, "/api/v1/asset-collections", api::collections)
            .op(op("Collections, by name").answers::<api::Collections>()),
        post(Agents, "/api/v1/asset-collections", api::make_collection).op(op("Make a collection")
            .body::<api::NewCollection>()
            .answers::<api::CollectionView>()
            .status(201)),
        post(
            Agents,
            "/api/v1/asset-collections/{collection}/assets",
            api::members,
        )
        .op(op("Put assets into a collection or take them out")
            .body::<api::Members>()
            .status(204)),
    ]
    .into_iter()
    .chain(more())
    .collect()
}

/// The API of what stands in [`api_more`].
fn more() -> Vec<Route> {
    use Access::{Admins, Agents, SignedIn};
    let op = |summary| Op::new("Assets", summary);
    vec![
        get(SignedIn, "/api/v1/asset-sizes", api_more::sizes)
            .op(op("Sizes in which pictures are offered").answers::<api_more::Sizes>()),
        post(Admins, "/api/v1/asset-sizes", api_more::make_size).op(op(
            "Add a size; it is made of every picture",
        )
        .body::<sizes::Draft>()
        .answers::<sizes::Size>()
        .status(201)),
        put(
            Admins,
            "/api/v1/asset-sizes/{preset}",
            api_more::change_size,
        )
        .op(op("Say anew what a size is")
            .body::<api_more::SizeChange>()
            .answers::<sizes::Size>()),
        delete(
            Admins,
            "/api/v1/asset-sizes/{preset}",
            api_more::remove_size,
        )
        .op(op("Offer a size no longer").status(204)),
        get(
            Agents,
            "/api/v1/assets/{asset}/shares",
            api_more::asset_shares,
        )
        .op(op("Links to an asset, each with what was taken by it").answers::<api_more::Shares>()),
        post(
            Agents,
            "/api/v1/assets/{asset}/shares",
            api_more::share_asset,
        )
        .op(op("Make a link to an asset for somebody outside")
            .body::<shares::NewShare>()
            .answers::<api_more::MadeShare>()
            .status(201)),
        get(
            Agents,
            "/api/v1/asset-collections/{collection}/shares",
            api_more::collection_shares,
        )
        .op(op("Links to a collection, each with what was taken by it")
            .answers::<api_more::Shares>()),
        post(
            Agents,
            "/api/v1/asset-collections/{collection}/shares",
            api_more::share_collection,
        )
        .op(op("Make a link to a collection for somebody outside")
            .body::<shares::NewShare>()
            .answers::<api_more::MadeShare>()
            .status(201)),
        delete(Agents, "/api/v1/asset-shares/{share}", api_more::end_share)
            .op(op("End a link now").status(204)),
        post(Agents, "/api/v1/assets/bulk", api_more::bulk).op(op("Change several assets at once")
            .body::<api_more::Change>()
            .answers::<api_more::Changed>()),
        post(SignedIn, "/api/v1/assets/zip", api_more::zip)
            .op(op("Take several assets as one ZIP").body::<api_more::ZipWanted>()),
        post(Agents, "/api/v1/assets/unzip", api_more::unzip).op(op(
            "Make assets of the files in a ZIP that was uploaded",
        )
        .body::<api_more::NewAssets>()
        .answers::<api_more::Unpacked>()
        .status(201)),
    ]
}
