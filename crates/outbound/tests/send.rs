//! Against a real socket on this machine, and a resolver that lies.

use std::io;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use mil_outbound::resolve::Answers;
use mil_outbound::{Allow, Client, Problem, Request, Resolve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Answers each question with the next of its lists, the last one for ever.
struct Script(Vec<Vec<IpAddr>>, AtomicUsize);

impl Script {
    fn new(lists: &[&[&str]]) -> Script {
        let lists = lists
            .iter()
            .map(|l| l.iter().map(|ip| ip.parse().unwrap()).collect())
            .collect();
        Script(lists, AtomicUsize::new(0))
    }
}

impl Resolve for Script {
    fn resolve<'a>(&'a self, _: &'a str) -> Answers<'a> {
        let at = self.1.fetch_add(1, Ordering::SeqCst).min(self.0.len() - 1);
        let list = self.0[at].clone();
        Box::pin(async move { Ok::<_, io::Error>(list) })
    }
}

fn get(address: String) -> Request {
    Request {
        method: "POST",
        address,
        headers: vec![("content-type", "application/json".to_owned())],
        body: b"{}".to_vec(),
        within: Duration::from_millis(500),
        at_most: 16,
    }
}

/// A server that answers every connection with `answer` and counts them.
async fn server(answer: &'static [u8], hold: bool) -> (u16, std::sync::Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let count = std::sync::Arc::new(AtomicUsize::new(0));
    let seen = count.clone();
    tokio::spawn(async move {
        let mut open = Vec::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            seen.fetch_add(1, Ordering::SeqCst);
            let mut buffer = [0; 2048];
            let _ = stream.read(&mut buffer).await;
            let _ = stream.write_all(answer).await;
            if hold {
                open.push(stream);
            }
        }
    });
    (port, count)
}

fn local(list: &str, resolver: Script) -> Client {
    Client::with(Allow::parse(list).unwrap(), resolver)
}

#[tokio::test]
async fn a_name_that_leads_inside_is_not_connected_to() {
    let (port, count) = server(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", false).await;
    let lists: [&[&str]; 6] = [
        &["127.0.0.1"],
        &["8.8.8.8", "127.0.0.1"],
        &["::1"],
        &["::ffff:127.0.0.1"],
        &["64:ff9b::7f00:1"],
        &["2002:7f00:1::"],
    ];
    for list in lists {
        // The port is open to names of a range, so that only the address counts.
        let client = local(&format!("10.0.0.0/8:{port}"), Script::new(&[list]));
        let said = client.send(get(format!("http://a.example:{port}/"))).await;
        assert!(
            matches!(said, Err(Problem::Address(_))),
            "{list:?}: {said:?}"
        );
    }
    assert_eq!(count.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn what_was_checked_is_what_is_connected_to() {
    // Rebinding: the first answer is good, every later one leads elsewhere. The
    // name is asked once a request, so the second never matters.
    let (port, count) = server(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok", false).await;
    let client = local(
        &format!("127.0.0.1:{port}"),
        Script::new(&[&["127.0.0.1"], &["127.0.0.2"]]),
    );
    let address = format!("http://a.example:{port}/");
    assert_eq!(client.send(get(address.clone())).await.unwrap().body, b"ok");
    let second = client.send(get(address)).await;
    assert!(matches!(second, Err(Problem::Address(_))), "{second:?}");
    assert_eq!(count.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_not_followed() {
    let (port, count) = server(
        b"HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\n\r\n",
        false,
    )
    .await;
    let client = local(
        &format!("127.0.0.0/8:{port}"),
        Script::new(&[&["127.0.0.1"]]),
    );
    let answer = client
        .send(get(format!("http://127.0.0.1:{port}/")))
        .await
        .unwrap();
    assert_eq!(answer.status, 302);
    assert_eq!(answer.location.as_deref(), Some("http://169.254.169.254/"));
    assert_eq!(count.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn long_answers_are_cut_and_slow_ones_given_up() {
    let (port, _) = server(
        b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n0123456789abcdefXXXXXXXX",
        true,
    )
    .await;
    let client = local("127.0.0.0/8:*", Script::new(&[&["127.0.0.1"]]));
    let answer = client
        .send(get(format!("http://127.0.0.1:{port}/")))
        .await
        .unwrap();
    assert_eq!(answer.body, b"0123456789abcdef");
    assert!(answer.cut);

    let (port, _) = server(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n01", true).await;
    let slow = client.send(get(format!("http://127.0.0.1:{port}/"))).await;
    assert!(matches!(slow, Err(Problem::Late)), "{slow:?}");
    let (port, _) = server(b"not http at all\r\n\r\n", false).await;
    let odd = client.send(get(format!("http://127.0.0.1:{port}/"))).await;
    assert!(matches!(odd, Err(Problem::Broken(_))), "{odd:?}");
    let nobody = client.send(get("http://127.0.0.1:1/".to_owned())).await;
    assert!(matches!(nobody, Err(Problem::Connect(_))), "{nobody:?}");
}
