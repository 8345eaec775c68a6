//! Asking for pages and counting the time.

use std::path::PathBuf;
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

/// An installation that is running, with the two people who use it.
struct Bench {
    size: i64,
    server: Server,
    agent: Client,
    requester: Client,
}

impl Bench {
    fn start(place: &Place) -> Outcome<Bench> {
        // Twice: the first start pays for a cold page cache.
        drop(Server::start(&place.dir, &place.url)?);
        let server = Server::start(&place.dir, &place.url)?;
        let mut agent = Client::connect(&server.address)?;
        agent.sign_in("priya@nordhaven.example", mil::demo::PASSWORD)?;
        let mut requester = Client::connect(&server.address)?;
        requester.sign_in("maren@nordhaven.example", mil::demo::PASSWORD)?;
        Ok(Bench {
            size: place.size,
            server,
            agent,
            requester,
        })
    }

    /// A different request each time, from all three years.
    fn number(&self, i: usize) -> i64 {
        FIRST + (i as i64 * 7_919) % self.size
    }
}

/// Where an installation of a size is.
pub struct Place {
    pub size: i64,
    pub dir: PathBuf,
    pub url: String,
}

/// What one call of a page does.
type Call = fn(&mut Bench, usize) -> Outcome;

const PAGES: [(&str, Call); 5] = [
    ("Queue", |b, _| page(&mut b.agent, "/queue")),
    ("Request (agent)", |b, i| {
        let path = format!("/work/{}", b.number(i));
        page(&mut b.agent, &path)
    }),
    ("Search by number", |b, i| {
        let path = format!("/work/search?q={}", b.number(i));
        found(&mut b.agent, &path)
    }),
    ("Request (API)", |b, i| {
        let path = format!("/api/v1/requests/{}", b.number(i));
        page(&mut b.agent, &path)
    }),
    ("Order", |b, i| order(&mut b.requester, i)),
];

/// Measure installations side by side: each call is made to one after the
/// other, so that whatever else the machine does falls on all of them alike.
pub fn measure(places: &[Place], calls: usize) -> Outcome<Vec<Figures>> {
    let mut benches = places
        .iter()
        .map(Bench::start)
        .collect::<Outcome<Vec<Bench>>>()?;
    let mut pages: Vec<Vec<(&'static str, Times)>> = benches.iter().map(|_| Vec::new()).collect();
    for (name, call) in PAGES {
        for i in 0..20 {
            for bench in &mut benches {
                call(bench, i)?;
            }
        }
        let mut times = vec![Vec::with_capacity(calls); benches.len()];
        for i in 0..calls {
            for (bench, times) in benches.iter_mut().zip(&mut times) {
                let began = Instant::now();
                call(bench, i)?;
                times.push(began.elapsed());
            }
        }
        for (pages, mut times) in pages.iter_mut().zip(times) {
            times.sort();
            pages.push((name, Times(times)));
        }
    }
    benches
        .iter()
        .zip(pages)
        .map(|(bench, pages)| {
            Ok(Figures {
                size: bench.size,
                start: bench.server.start,
                memory: bench.server.memory()?,
                pages,
            })
        })
        .collect()
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
