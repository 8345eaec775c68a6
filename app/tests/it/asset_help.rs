//! What the tests of the asset library share: uploads, assets, and those that
//! the role matrix asks for.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{Request, header};
use mil::assets::render::job;
use mil_db::sql;
use serde_json::{Value, json};

use crate::harness::{Answer, Client, TestApp};

/// Begin an upload; answers its address.
pub async fn begin(client: &Client<'_>, name: &str, size: usize) -> String {
    // "logo.png" and the like need no letter that Base64 lacks.
    let begun = client
        .send(
            Request::post("/api/v1/asset-uploads")
                .header("upload-length", size)
                .header(
                    "upload-metadata",
                    format!("filename {}", base64(name.as_bytes())),
                ),
            Body::empty(),
        )
        .await
        .expect(201);
    begun.headers[header::LOCATION].to_str().unwrap().to_owned()
}

pub fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for three in bytes.chunks(3) {
        let n = three
            .iter()
            .enumerate()
            .fold(0_u32, |n, (i, b)| n | u32::from(*b) << (16 - 8 * i));
        for i in 0..4 {
            if i <= three.len() {
                out.push(LETTERS[(n >> (18 - 6 * i)) as usize & 63] as char);
            } else {
                out.push('=');
            }
        }
    }
    out
}

pub async fn send(client: &Client<'_>, place: &str, offset: usize, bytes: &[u8]) -> Answer {
    client
        .send(
            Request::patch(place)
                .header("upload-offset", offset)
                .header("content-type", "application/offset+octet-stream"),
            Body::from(bytes.to_vec()),
        )
        .await
}

/// Upload a file and make an asset of it, cleared and for everyone.
pub async fn put(app: &TestApp, name: &str, bytes: &[u8], more: Value) -> Value {
    let priya = app.as_("priya");
    let place = begin(&priya, name, bytes.len()).await;
    send(&priya, &place, 0, bytes).await.expect(204);
    let mut new = json!({ "upload": place.rsplit('/').next().unwrap(), "rights": { "licence": "own" },
        "facts": { "name": name, "kind": "photo", "audience": "everyone" } });
    for (key, value) in more.as_object().unwrap() {
        for (inner, value) in value.as_object().unwrap() {
            new[key][inner] = value.clone();
        }
    }
    let made = priya.post("/api/v1/assets", &new).await.expect(201).json();
    job::run_due(&app.app, app.now()).await.unwrap();
    made
}

pub fn id(made: &Value) -> &str {
    made["id"].as_str().unwrap()
}

pub async fn detail(app: &TestApp, who: &str, id: &str) -> Value {
    app.as_(who)
        .get(&format!("/api/v1/assets/{id}"))
        .await
        .expect(200)
        .json()
}

/// What the role matrix asks for: an asset that is public and one that only
/// marketing finds, and the same of all that belongs to them.
#[derive(Default)]
pub struct Library {
    pub open: String,
    pub inside: String,
    pub collection: String,
    pub inner_collection: String,
    pub upload: String,
    pub their_upload: String,
    pub download: String,
    pub their_download: String,
}

impl Library {
    pub async fn of(app: &TestApp, who: &str) -> Library {
        use mil::assets::model::Audience;
        use mil::assets::rights::{Licence, Rights};
        use mil::assets::verbs::{self, Facts, File};
        let actor = app.actor("hanna").await;
        let ctx = app.ctx(actor.clone());
        let stored = app
            .app
            .blobs
            .put(b"\x89PNG\r\n\x1a\n, more or less")
            .await
            .unwrap();
        let mut all = Library::default();
        for audience in [Audience::Public, Audience::Agents] {
            let file = File {
                name: "a.png".to_owned(),
                media_type: "image/png".to_owned(),
                size: stored.size,
                sha256: stored.sha.as_str().to_owned(),
            };
            let facts = Facts {
                audience,
                ..Facts::guess("Sign.png", "image/png")
            };
            let rights = Rights {
                licence: Licence::Own,
                ..Rights::default()
            };
            let mut tx = app.app.db.begin().await.unwrap();
            let made = verbs::create_in(&mut tx, &ctx, &actor, &file, &facts, &rights)
                .await
                .unwrap();
            sql("INSERT INTO asset_rendition (version_id, preset, media_type, size, sha256, width, height, created_at)
                 VALUES ($1, 'thumb', 'image/png', $2, $3, 1, 1, 0), ($1, 'web', 'image/png', $2, $3, 1, 1, 0)")
            .bind(made.version_id.as_deref().unwrap())
            .bind(stored.size as i64)
            .bind(&file.sha256)
            .run(&mut tx)
            .await
            .unwrap();
            let owner = app.id(if audience == Audience::Public {
                who
            } else {
                "rolf"
            });
            let [upload, download] = std::array::from_fn(|_| mil::random::new_id(app.now()));
            sql("INSERT INTO asset_upload (id, person_id, name, size, received, state, created_at, touched_at)
                 VALUES ($1, $2, 'a', 5, 0, '', $3, $3)")
            .bind(&upload)
            .bind(owner)
            .bind(app.now().as_microsecond())
            .run(&mut tx)
            .await
            .unwrap();
            sql("INSERT INTO asset_download (id, asset_id, version_id, preset, channel, person_id, at)
                 VALUES ($1, $2, $3, 'web', 'web', $4, $5)")
            .bind(&download)
            .bind(&made.id)
            .bind(made.version_id.as_deref().unwrap())
            .bind(owner)
            .bind(app.now().as_microsecond())
            .run(&mut tx)
            .await
            .unwrap();
            tx.commit().await.unwrap();
            let collection =
                mil::assets::collections::save(&ctx, &actor, None, "Signs", "", audience)
                    .await
                    .unwrap();
            if audience == Audience::Public {
                (all.open, all.collection, all.upload, all.download) =
                    (made.id, collection.id, upload, download);
            } else {
                (
                    all.inside,
                    all.inner_collection,
                    all.their_upload,
                    all.their_download,
                ) = (made.id, collection.id, upload, download);
            }
        }
        all
    }
}

/// What the library's places in a path stand for.
pub async fn objects(
    app: &TestApp,
    who: &str,
    path: &str,
    all: &mut BTreeMap<&'static str, [String; 3]>,
) {
    let mut library = Library::default();
    if ["asset}", "upload}", "download}", "collection}"]
        .iter()
        .any(|name| path.contains(name))
    {
        library = Library::of(app, who).await;
    }
    let nothing = || crate::matrix_fixtures::NOTHING.to_owned();
    all.insert("asset", [library.open, library.inside, nothing()]);
    all.insert(
        "collection",
        [library.collection, library.inner_collection, nothing()],
    );
    all.insert("upload", [library.upload, library.their_upload, nothing()]);
    all.insert(
        "download",
        [library.download, library.their_download, nothing()],
    );
    for name in [
        "asset_version",
        "place",
        "share",
        "link",
        "taken",
        "shown",
        "preset",
    ] {
        all.insert(name, std::array::from_fn(|_| "nothing".to_owned()));
    }
    all.insert("size", std::array::from_fn(|_| "thumb".to_owned()));
}

/// What actions of the library want, to get as far as their permission check.
pub fn body(api: bool, last: &str, path: &str) -> Option<(Option<&'static str>, String)> {
    if !path.contains("/asset") {
        return None;
    }
    let said = match (api, last) {
        (true, "assets") if path.contains("collections") => json!({}),
        (true, "asset-sizes") => {
            json!({ "name": "Header", "channel": "web", "width": 60, "height": 20, "fit": "crop", "format": "auto" })
        }
        (true, _) if path.contains("/asset-sizes/") => {
            json!({ "name": "Header", "channel": "web", "width": 60, "height": 20, "fit": "crop", "format": "auto" })
        }
        (true, "shares") => json!({ "label": "Press", "days": 3 }),
        (true, "bulk") => json!({ "deed": "tag", "ids": ["nothing"], "tag": "x" }),
        (true, "zip") => json!({ "ids": ["nothing"] }),
        (true, "unzip") => json!({ "upload": "nothing" }),
        (true, "assets" | "versions") => json!({ "upload": "nothing" }),
        (true, "downloads") => json!({ "preset": "web" }),
        (true, "uses") => json!({ "kind": "campaign", "label": "Open day" }),
        (true, "asset-collections") => json!({ "name": "Signs", "audience": "public" }),
        (true, _) => return None,
        (false, _) => {
            let form = match last {
                "downloads" => "preset=web",
                "share" => "label=Press&days=3",
                "zip" if path == "/assets/zip" => "ids=x",
                "uses" => "kind=campaign&label=Open+day",
                _ if path.starts_with("/assets/collections") => "name=Signs&audience=public",
                _ => return None,
            };
            return Some((Some("application/x-www-form-urlencoded"), form.to_owned()));
        }
    };
    Some((Some("application/json"), said.to_string()))
}
