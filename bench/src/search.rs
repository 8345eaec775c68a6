//! The search at full size: every request, article and file name is in the
//! index, with words that are in all of them, in one of a thousand, and in one
//! alone; then the same questions are asked over HTTP.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use mil::search::document::{self, Document, Term};
use mil::search::index::{self, Bag};
use mil::search::{Kind, words};
use mil_db::{Db, sql};

use crate::Outcome;
use crate::client::Client;
use crate::fill::FIRST;
use crate::server::Server;

/// Answers in the knowledge base, and other documents.
const ARTICLES: i64 = 20_000;
const OTHERS: i64 = 50_000;
/// Words of the vocabulary besides those of the texts.
const WORDS: usize = 150_000;
/// How many bags are put in one transaction.
const BATCH: usize = 20_000;

/// A word that looks like one, for a number.
fn word(mut n: usize) -> String {
    const PARTS: [&str; 24] = [
        "ba", "do", "fe", "gu", "hal", "in", "ju", "kra", "lo", "mes", "no", "or", "pla", "qui",
        "ras", "so", "tan", "ul", "ver", "wo", "xa", "yn", "zet", "sch",
    ];
    let mut out = String::from("w");
    for _ in 0..4 {
        out.push_str(PARTS[n % PARTS.len()]);
        n /= PARTS.len();
    }
    out
}

/// Put everything into the index, unless an earlier run did.
pub async fn fill(dir: &Path, url: &str, size: i64) -> Outcome {
    let mark = dir.join("indexed");
    if mark.exists() {
        return Ok(());
    }
    eprintln!("Indexing {size} requests, {ARTICLES} answers and {OTHERS} others …");
    let db = Db::connect_for_filling(url).await?;
    let now = mil::clock::Clock::System.now();
    let rows = sql("SELECT number, title, requester_id FROM work_item ORDER BY number")
        .all(&db)
        .await?;
    for chunk in rows.chunks(BATCH) {
        let mut tx = db.begin().await?;
        for row in chunk {
            let number: i64 = row.get("number")?;
            let title: String = row.get("title")?;
            let requester: String = row.get("requester_id")?;
            let n = usize::try_from(number)?;
            let text = format!(
                "{number} {title} nordhaven {} {} {} rare{number}",
                word(n % 1_000),
                word(n * 7 % 100_000),
                word(n * 13 % WORDS),
            );
            let mut bag = words::tokens(&text);
            bag.insert(format!("p:{}", requester.to_lowercase()));
            index::put(
                &mut tx,
                Bag::Requests,
                number,
                bag.iter().map(String::as_str),
            )
            .await?;
        }
        tx.commit().await?;
    }
    let mut tx = db.begin().await?;
    let all: BTreeSet<String> = (0..WORDS).map(word).collect();
    for term in &all {
        sql("INSERT INTO search_new_term (term) VALUES ($1)")
            .bind(term)
            .run(&mut tx)
            .await?;
    }
    tx.commit().await?;
    let mut tx = db.begin().await?;
    for n in 0..ARTICLES + OTHERS {
        let place = usize::try_from(n)?;
        let title = format!(
            "How to {} {}",
            word(place % 1_000),
            word(place * 31 % WORDS)
        );
        let body = format!(
            "Nordhaven {} {} {}",
            word(place * 3 % 1_000),
            word(place * 17 % WORDS),
            "some words of a text ".repeat(20)
        );
        let id = format!("bench-{n}");
        if n < ARTICLES {
            sql("INSERT INTO article (id, lang, audience, published_at, created_at, updated_at, version)
                 VALUES ($1, 'en', 'staff', 1, 1, 1, 1)").bind(&id).run(&mut tx).await?;
            sql("INSERT INTO article_text (article_id, lang, number, slug, title, summary, body, words, published_at)
                 VALUES ($1, 'en', 1, $1, $2, '', $3, '', 1)")
                .bind(&id).bind(&title).bind(&body).run(&mut tx).await?;
        }
        let (kind, id) = if n < ARTICLES {
            (Kind::Article, format!("{id}.en"))
        } else {
            (Kind::Term, id)
        };
        let document = Document {
            kind,
            id: &id,
            language: "en",
            title: &title,
            keywords: "",
            body: &body,
            audience: &[Term::Everyone],
        };
        document::upsert(&mut tx, now, &document).await?;
        if n % 5_000 == 4_999 {
            tx.commit().await?;
            tx = db.begin().await?;
        }
    }
    sql(
        "INSERT INTO counter (name, value) VALUES ('search_version', 1)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    )
    .run(&mut tx)
    .await?;
    tx.commit().await?;
    let mut tx = db.begin().await?;
    sql("ANALYZE").run(&mut tx).await?;
    tx.commit().await?;
    db.close().await;
    std::fs::write(mark, "")?;
    Ok(())
}

/// What is asked, by whom, for a place in the run.
type Question = (&'static str, bool, fn(i64, usize) -> String);

const QUESTIONS: [Question; 7] = [
    ("Commonest word (in everything), agent", true, |_, _| {
        "nordhaven".to_owned()
    }),
    ("Commonest word, requester", false, |_, _| {
        "nordhaven".to_owned()
    }),
    ("Rare word (in one request), agent", true, |size, i| {
        format!("rare{}", FIRST + (i as i64 * 7_919) % size)
    }),
    ("Word in one of a thousand, agent", true, |_, i| {
        word(i % 1_000)
    }),
    ("Two words, agent", true, |_, i| {
        format!("nordhaven {}", word(i * 7 % 100_000))
    }),
    ("Beginning of a word, agent", true, |_, i| {
        word(i * 7 % 100_000).chars().take(5).collect()
    }),
    ("Slip of the finger, agent", true, |_, i| {
        let mut letters: Vec<char> = word(i * 13 % WORDS).chars().collect();
        letters.swap(2, 3);
        letters.into_iter().collect()
    }),
];

/// Ask, and print a table.
pub fn measure(dir: &Path, url: &str, size: i64, calls: usize) -> Outcome {
    let server = Server::start(dir, url)?;
    let mut people = Vec::new();
    for who in ["priya", "maren"] {
        let mut client = Client::connect(&server.address)?;
        client.sign_in(&format!("{who}@nordhaven.example"), mil::demo::PASSWORD)?;
        people.push(client);
    }
    println!(
        "| {size} requests, {ARTICLES} answers, {OTHERS} others | p50 ms | p99 ms | max ms |\n|---|---:|---:|---:|"
    );
    for (name, agent, question) in QUESTIONS {
        let client = &mut people[usize::from(!agent)];
        let mut times: Vec<Duration> = Vec::with_capacity(calls);
        for i in 0..calls + 10 {
            let path = format!("/search/suggest?q={}", question(size, i).replace(' ', "+"));
            let began = Instant::now();
            let answer = client.get(&path)?;
            if answer.status != 200 {
                return Err(format!("{path} was answered with {}", answer.status).into());
            }
            // The first few pay for a cold page cache.
            if i >= 10 {
                times.push(began.elapsed());
            }
        }
        times.sort();
        let at = |share: usize| times[(times.len() - 1) * share / 100].as_secs_f64() * 1000.0;
        println!(
            "| {name} | {:.1} | {:.1} | {:.1} |",
            at(50),
            at(99),
            at(100)
        );
    }
    Ok(())
}
