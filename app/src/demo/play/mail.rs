//! The demo's mail: a mailbox, a letter that became a request, its answer, and
//! one that is held because nobody knows the sender.

use jiff::Timestamp;

use super::World;
use crate::error::{Error, Result};
use crate::mail::boxes::{self, NewMailbox};
use crate::mail::intake::{self, Delivery};
use crate::mail::sort;
use crate::notifications::listen;
use mil_db::sql;

const BOX: &str = "marketing@nordhaven.example";

/// A letter of a colleague, with a table.
const LETTER: &str = "From: Maren Voss <maren@nordhaven.example>\r\nTo: marketing@nordhaven.example\r\n\
    Subject: Name plates for the alumni evening\r\nMessage-ID: <plates-1@nordhaven.example>\r\n\
    MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=part\r\n\r\n--part\r\n\
    Content-Type: text/plain; charset=utf-8\r\n\r\nHello,\r\n\r\nwe need 40 name plates for the alumni evening on the 11th.\r\n\
    The list of names is attached. The same paper as last year would be fine.\r\n\r\n-- \r\nMaren Voss\r\nDean's office\r\n--part\r\n\
    Content-Type: text/csv; charset=utf-8; name=names.csv\r\nContent-Disposition: attachment; filename=names.csv\r\n\r\n\
    first;last\r\nGrace;Hopper\r\nEmmy;Noether\r\n--part--\r\n";

/// A second thought, in answer to the first.
const MORE: &str = "From: Maren Voss <maren@nordhaven.example>\r\nTo: marketing@nordhaven.example\r\n\
    Subject: Re: Name plates for the alumni evening\r\nMessage-ID: <plates-2@nordhaven.example>\r\n\
    In-Reply-To: <plates-1@nordhaven.example>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\
    Two more names came in today. I send the new list tomorrow.\r\n\r\nOn Mon, Maren Voss <maren@nordhaven.example> wrote:\r\n\
    > we need 40 name plates for the alumni evening on the 11th.\r\n";

/// Somebody from outside whom nobody knows.
const STRANGER: &str = "From: Lena Fuchs <lena.fuchs@printhouse.example>\r\nTo: marketing@nordhaven.example\r\n\
    Subject: Proof for your brochure\r\nMessage-ID: <proof@printhouse.example>\r\nContent-Type: text/html; charset=utf-8\r\n\r\n\
    <p>Good morning,</p><p>the proof of the brochure is ready. Shall we send it to you or to your agency?</p>\
    <p>Kind regards<br>Lena Fuchs</p><img src=\"https://printhouse.example/open.gif\" width=1 height=1>\r\n";

impl World {
    /// Open a mailbox and let three letters come in.
    pub(super) async fn write_letters(&self, now: Timestamp) -> Result<()> {
        let ctx = self.ctx("ada", now);
        let catalog = self.app.catalog().await?;
        let service = catalog
            .service("event-flyer-or-poster")
            .ok_or(Error::NotFound)?;
        let new = NewMailbox {
            address: BOX.to_owned(),
            name: "Nordhaven Marketing".to_owned(),
            service: service.id.clone(),
            strangers: "hold".to_owned(),
            version: None,
        };
        boxes::add(&ctx, &self.actors["ada"], &new).await?;
        for raw in [LETTER, MORE, STRANGER] {
            let delivery = Delivery {
                via: "imap",
                sender: None,
                recipients: vec![BOX.to_owned()],
                raw: raw.as_bytes().to_vec(),
            };
            intake::keep(&self.app, &delivery).await?;
            sort::run(&self.app, now).await?;
        }
        listen::run(&self.app, now).await?;
        // The demo writes to nobody.
        let mut tx = self.app.db.begin().await?;
        sql("UPDATE mail_out SET state = 'sent', sent_at = created_at, attempts = 1")
            .run(&mut tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }
}
