//! Small real files for the demo: a PDF one can open, a table, a drawing.

use crate::actor::Actor;
use crate::demo::plan::Plan;
use crate::error::Result;
use crate::files::intake::disk;
use crate::files::kind;
use crate::files::store::{self, NewFile};
use crate::web::Ctx;

/// A file to upload.
pub struct Sample {
    name: String,
    bytes: Vec<u8>,
}

/// The file that goes with an order, if its form takes one and the request
/// speaks of one.
pub fn for_form(plan: &Plan, types: &[String]) -> Option<Sample> {
    let takes = |ending: &str| types.is_empty() || types.iter().any(|t| t == ending);
    let word = slug(&plan.title);
    if takes("csv") && plan.title.contains("fees") {
        let bytes = b"Programme,Per semester\nFull time,\"1,450\"\nPart time,\"890\"\n".to_vec();
        return Some(Sample {
            name: "fees-2027.csv".to_owned(),
            bytes,
        });
    }
    if takes("svg") && plan.title.len().is_multiple_of(2) {
        return Some(Sample {
            name: format!("{word}-sketch.svg"),
            bytes: drawing(&plan.title),
        });
    }
    takes("pdf").then(|| Sample {
        name: format!("{word}.pdf"),
        bytes: pdf(&plan.title),
    })
}

/// The file that goes with a comment: drafts come with what there is to see.
pub fn for_comment(plan: &Plan, body: &str) -> Option<Sample> {
    let shows = ["version", "proof", "attached", "liegt bei"];
    let speaks = shows.iter().any(|word| body.to_lowercase().contains(word));
    speaks.then(|| Sample {
        name: format!("{}-v1.pdf", slug(&plan.title)),
        bytes: pdf(&plan.title),
    })
}

/// Take it in as if it had been uploaded; returns its id.
pub async fn upload(ctx: &Ctx, actor: &Actor, file: &Sample) -> Result<String> {
    let mut writer = ctx.app.blobs.writer(1_000_000).await.map_err(disk)?;
    writer.write(&file.bytes).await.map_err(disk)?;
    let stored = writer.finish().await.map_err(disk)?;
    let mut tx = ctx.app.db.begin().await?;
    let new = NewFile {
        name: &file.name,
        media_type: kind::media_type(&file.bytes, &file.name),
        size: stored.size,
        sha256: stored.sha.as_str(),
    };
    let id = store::insert(&mut tx, actor, ctx.now, &new).await?.id;
    tx.commit().await?;
    Ok(id)
}

fn slug(title: &str) -> String {
    let words: Vec<String> = title
        .to_lowercase()
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| word.len() > 2)
        .take(4)
        .map(str::to_owned)
        .collect();
    words.join("-")
}

fn drawing(title: &str) -> Vec<u8> {
    let title = title.replace('&', "&amp;").replace('<', "&lt;");
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 420 594\"><rect width=\"420\" \
         height=\"594\" fill=\"#e8eef8\"/><path d=\"M180 420 195 180h30l15 240z\" fill=\"#1d3f8f\"/>\
         <text x=\"30\" y=\"60\" font-size=\"22\">{title}</text></svg>"
    )
    .into_bytes()
}

/// One page with one line (ISO 32000-1, the least that viewers take).
pub fn pdf(title: &str) -> Vec<u8> {
    let ascii: String = title
        .chars()
        .filter(|c| c.is_ascii() && !matches!(c, '(' | ')' | '\\'))
        .collect();
    let draw = format!("BT /F1 20 Tf 50 780 Td ({ascii}) Tj ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
         /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{draw}\nendstream", draw.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut out = String::from("%PDF-1.4\n");
    let mut places = Vec::new();
    for (object, number) in objects.iter().zip(1..) {
        places.push(out.len());
        out.push_str(&format!("{number} 0 obj\n{object}\nendobj\n"));
    }
    let start = out.len();
    out.push_str(&format!(
        "xref\n0 {}\n0000000000 65535 f \n",
        places.len() + 1
    ));
    for place in &places {
        out.push_str(&format!("{place:010} 00000 n \n"));
    }
    let size = places.len() + 1;
    out.push_str(&format!(
        "trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    ));
    out.into_bytes()
}
