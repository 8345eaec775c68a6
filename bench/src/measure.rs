//! Asking for pages and counting the time.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::Outcome;
use crate::client::Client;
use crate::fill::FIRST;
use crate::server::{Memory, Server};

/// The times of one page, ascending.
struct Times(Vec<Duration>);

impl Times {
    fn at(&self, percent: usize) -> f64 {
        let last = self.0.len() - 1;
        self.0[last * percent / 100].as_secs_f64() * 1000.0
    }
}

/// What was found at one size.
pub struct Figures {
    size: i64,
    start: Duration,
    memory: Memory,
    pages: Vec<(&'static str, Times)>,
}

/// Measure an installation of `size` requests.
pub fn measure(dir: &Path, url: &str, size: i64, calls: usize) -> Outcome<Figures> {
    // Twice: the first start pays for a cold page cache.
    drop(Server::start(dir, url)?);
    let server = Server::start(dir, url)?;
    let mut agent = Client::connect(&server.address)?;
    agent.sign_in("priya@nordhaven.example", mil::demo::PASSWORD)?;
    let mut requester = Client::connect(&server.address)?;
    requester.sign_in("maren@nordhaven.example", mil::demo::PASSWORD)?;
    // A different request each time, from all three years.
    let number = |i: usize| FIRST + (i as i64 * 7_919) % size;
    let mut pages = Vec::new();
    pages.push(("Queue", time(calls, |_| page(&mut agent, "/queue"))?));
    pages.push((
        "Request (agent)",
        time(calls, |i| page(&mut agent, &format!("/work/{}", number(i))))?,
    ));
    pages.push((
        "Search by number",
        time(calls, |i| {
            let path = format!("/work/search?q={}", number(i));
            found(&mut agent, &path)
        })?,
    ));
    pages.push((
        "Request (API)",
        time(calls, |i| {
            page(&mut agent, &format!("/api/v1/requests/{}", number(i)))
        })?,
    ));
    pages.push(("Order", time(calls, |i| order(&mut requester, i))?));
    Ok(Figures {
        size,
        start: server.start,
        memory: server.memory()?,
        pages,
    })
}

fn time(calls: usize, mut once: impl FnMut(usize) -> Outcome) -> Outcome<Times> {
    for i in 0..20 {
        once(i)?;
    }
    let mut times = Vec::with_capacity(calls);
    for i in 0..calls {
        let began = Instant::now();
        once(i)?;
        times.push(began.elapsed());
    }
    times.sort();
    Ok(Times(times))
}

fn page(client: &mut Client, path: &str) -> Outcome {
    let answer = client.get(path)?;
    if answer.status == 200 {
        return Ok(());
    }
    Err(format!(
        "{path} was answered with {} {}",
        answer.status, answer.location
    )
    .into())
}

/// A search may answer with the page or lead straight to the one thing found.
fn found(client: &mut Client, path: &str) -> Outcome {
    let answer = client.get(path)?;
    match answer.status {
        200 | 302 | 303 => Ok(()),
        other => Err(format!("{path} was answered with {other}").into()),
    }
}

fn order(client: &mut Client, i: usize) -> Outcome {
    let body: Value = json!({ "lines": [{ "service": "logo-files", "answers": {
        "subject": format!("Slide {i}"), "format": "png" } }] });
    let answer = client.post_json("/api/v1/orders", &body.to_string())?;
    if answer.status == 201 {
        return Ok(());
    }
    Err(format!(
        "an order was answered with {}: {}",
        answer.status,
        String::from_utf8_lossy(&answer.body)
    )
    .into())
}

/// All figures as one table in Markdown.
pub fn table(results: &[Figures]) -> String {
    let mut out = String::from("| | ");
    for figures in results {
        out.push_str(&format!("{} requests | ", grouped(figures.size)));
    }
    out.push_str("last ÷ first |\n|---|");
    out.push_str(&"---:|".repeat(results.len() + 1));
    out.push('\n');
    let (Some(first), Some(last)) = (results.first(), results.last()) else {
        return out;
    };
    for (i, (name, _)) in first.pages.iter().enumerate() {
        out.push_str(&format!("| {name}, p50 / p99 / max ms | "));
        for figures in results {
            let times = &figures.pages[i].1;
            out.push_str(&format!(
                "{:.1} / {:.1} / {:.1} | ",
                times.at(50),
                times.at(99),
                times.at(100)
            ));
        }
        let ratio = |p| last.pages[i].1.at(p) / first.pages[i].1.at(p);
        out.push_str(&format!("{:.2} / {:.2} |\n", ratio(50), ratio(99)));
    }
    let mut row = |name: &str, value: &dyn Fn(&Figures) -> String| {
        out.push_str(&format!("| {name} | "));
        for figures in results {
            out.push_str(&format!("{} | ", value(figures)));
        }
        out.push_str("|\n");
    };
    row("Start to first page, ms", &|f| {
        format!("{:.0}", f.start.as_secs_f64() * 1000.0)
    });
    row("Resident, own / mapped MB", &|f| {
        format!("{:.0} / {:.0}", f.memory.own, f.memory.mapped)
    });
    out
}

fn grouped(n: i64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
