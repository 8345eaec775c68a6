//! A browser, as far as measuring needs one: HTTP/1.1 on one kept connection.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use crate::Outcome;

/// A connection with a session.
pub struct Client {
    address: String,
    stream: BufReader<TcpStream>,
    cookie: String,
}

/// What came back.
pub struct Answer {
    pub status: u16,
    pub location: String,
    pub cookies: Vec<String>,
    pub body: Vec<u8>,
}

impl Client {
    pub fn connect(address: &str) -> Outcome<Client> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Client {
            address: address.to_owned(),
            stream: BufReader::new(stream),
            cookie: String::new(),
        })
    }

    /// Sign in and keep the session.
    pub fn sign_in(&mut self, email: &str, password: &str) -> Outcome {
        let form = format!("email={}&password={password}", email.replace('@', "%40"));
        let answer = self.send(
            "POST",
            "/sign-in",
            "application/x-www-form-urlencoded",
            &form,
        )?;
        let session = answer
            .cookies
            .iter()
            .find(|c| c.starts_with("mil_session="));
        let session = session.ok_or(format!("signing in was answered with {}", answer.status))?;
        self.cookie = session.split(';').next().unwrap_or_default().to_owned();
        Ok(())
    }

    pub fn get(&mut self, path: &str) -> Outcome<Answer> {
        self.send("GET", path, "", "")
    }

    pub fn post_json(&mut self, path: &str, body: &str) -> Outcome<Answer> {
        self.send("POST", path, "application/json", body)
    }

    fn send(&mut self, method: &str, path: &str, kind: &str, body: &str) -> Outcome<Answer> {
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\n", self.address);
        if !self.cookie.is_empty() {
            head.push_str(&format!("Cookie: {}\r\n", self.cookie));
        }
        if method == "POST" {
            head.push_str(&format!(
                "Content-Type: {kind}\r\nContent-Length: {}\r\n",
                body.len()
            ));
        }
        let all = format!("{head}\r\n{body}");
        self.stream.get_mut().write_all(all.as_bytes())?;
        self.receive()
    }

    fn line(&mut self) -> Outcome<String> {
        let mut line = String::new();
        if self.stream.read_line(&mut line)? == 0 {
            return Err("the server hung up".into());
        }
        Ok(line.trim_end().to_owned())
    }

    fn receive(&mut self) -> Outcome<Answer> {
        let first = self.line()?;
        let status = first.split(' ').nth(1).unwrap_or_default().parse()?;
        let mut answer = Answer {
            status,
            location: String::new(),
            cookies: Vec::new(),
            body: Vec::new(),
        };
        let (mut length, mut chunked) = (0_usize, false);
        loop {
            let line = self.line()?;
            let Some((name, value)) = line.split_once(": ") else {
                break;
            };
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.parse()?,
                "transfer-encoding" => chunked = value == "chunked",
                "location" => answer.location = value.to_owned(),
                "set-cookie" => answer.cookies.push(value.to_owned()),
                _ => {}
            }
        }
        if !chunked {
            answer.body.resize(length, 0);
            self.stream.read_exact(&mut answer.body)?;
            return Ok(answer);
        }
        loop {
            let size = usize::from_str_radix(&self.line()?, 16)?;
            let start = answer.body.len();
            answer.body.resize(start + size, 0);
            self.stream.read_exact(&mut answer.body[start..])?;
            self.line()?;
            if size == 0 {
                return Ok(answer);
            }
        }
    }
}
