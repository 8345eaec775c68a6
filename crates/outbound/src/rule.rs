//! What may be asked for: http and https, on the usual ports, at public
//! addresses; and whatever else the installation's list allows.

use std::net::IpAddr;

use url::{Host, Url};

use crate::address::{Net, is_public};

/// Ports that need no permission.
const USUAL: [u16; 2] = [80, 443];

/// What an entry of the list speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    Name(String),
    Net(Net),
}

/// Which ports an entry opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ports {
    Usual,
    One(u16),
    Any,
}

/// Places that may be asked although they are not public, or at other ports.
#[derive(Debug, Clone, Default)]
pub struct Allow(Vec<(Place, Ports)>);

/// An address that will not be asked. The text says why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    /// It cannot be read.
    #[error("this is not a web address")]
    Unreadable,
    /// Neither http nor https.
    #[error("only http and https are possible")]
    Scheme,
    /// Name and password in the address.
    #[error("an address with a name or password in it is not taken")]
    Credentials,
    /// A port that is not allowed.
    #[error("port {0} is not allowed")]
    Port(u16),
    /// A number that is not public.
    #[error("{0} is not an address of the public internet")]
    Inside(IpAddr),
}

/// Where a request goes.
#[derive(Debug, Clone)]
pub struct Target {
    /// The whole address.
    pub url: Url,
    /// Whether it is encrypted.
    pub tls: bool,
    /// The name, or the number in an address without a name.
    pub host: Host<String>,
    /// The port.
    pub port: u16,
}

impl Allow {
    /// From a list such as `chat.internal, 10.2.0.0/16:8443, [fd00::/8]:*`. A
    /// place without a port opens 80 and 443, `:*` all.
    ///
    /// # Errors
    /// The entry that cannot be read.
    pub fn parse(list: &str) -> Result<Allow, String> {
        list.split([',', ' '])
            .map(str::trim)
            .filter(|entry| !entry.is_empty())
            .map(|entry| read(entry).ok_or_else(|| entry.to_owned()))
            .collect::<Result<_, _>>()
            .map(Allow)
    }

    fn ports(&self, fits: impl Fn(&Place) -> bool, port: u16) -> bool {
        self.0.iter().any(|(place, ports)| {
            fits(place)
                && match ports {
                    Ports::Usual => USUAL.contains(&port),
                    Ports::One(one) => *one == port,
                    Ports::Any => true,
                }
        })
    }

    fn names(&self, name: &str, port: u16) -> bool {
        self.ports(|p| matches!(p, Place::Name(n) if n == name), port)
    }

    fn nets(&self, ip: IpAddr, port: u16) -> bool {
        self.ports(|p| matches!(p, Place::Net(net) if net.holds(ip)), port)
    }

    /// Read an address, and refuse what no look-up could make good.
    ///
    /// # Errors
    /// Why it is refused.
    pub fn target(&self, address: &str) -> Result<Target, BadAddress> {
        let url = Url::parse(address.trim()).map_err(|_| BadAddress::Unreadable)?;
        let tls = match url.scheme() {
            "http" => false,
            "https" => true,
            _ => return Err(BadAddress::Scheme),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(BadAddress::Credentials);
        }
        let host = url.host().ok_or(BadAddress::Unreadable)?.to_owned();
        let port = url.port_or_known_default().ok_or(BadAddress::Unreadable)?;
        let target = Target {
            tls,
            host,
            port,
            url,
        };
        match &target.host {
            Host::Ipv4(ip) => self.check(&target, (*ip).into())?,
            Host::Ipv6(ip) => self.check(&target, (*ip).into())?,
            // A range may open the port; that is known once it is resolved.
            Host::Domain(name) => {
                let could = USUAL.contains(&port)
                    || self.names(name, port)
                    || self.ports(|p| matches!(p, Place::Net(_)), port);
                if !could {
                    return Err(BadAddress::Port(port));
                }
            }
        }
        Ok(target)
    }

    /// Whether `ip`, which the target's name led to, may be connected to.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self, target: &Target, ip: IpAddr) -> Result<(), BadAddress> {
        let named = match &target.host {
            Host::Domain(name) => self.names(name, target.port),
            _ => false,
        };
        if named || self.nets(ip, target.port) {
            return Ok(());
        }
        if !is_public(ip) {
            return Err(BadAddress::Inside(ip.to_canonical()));
        }
        if !USUAL.contains(&target.port) {
            return Err(BadAddress::Port(target.port));
        }
        Ok(())
    }
}

fn read(entry: &str) -> Option<(Place, Ports)> {
    if let Some(net) = Net::parse(entry) {
        return Some((Place::Net(net), Ports::Usual));
    }
    let (place, port) = match entry.rsplit_once(':') {
        Some((place, port)) => (place, Some(port)),
        None => (entry, None),
    };
    let ports = match port {
        None => Ports::Usual,
        Some("*") => Ports::Any,
        Some(port) => Ports::One(port.parse().ok()?),
    };
    let bare = place
        .strip_prefix('[')
        .map_or(Some(place), |rest| rest.strip_suffix(']'))?;
    if let Some(net) = Net::parse(bare) {
        return Some((Place::Net(net), ports));
    }
    // A name, as addresses write it: lower case, punycode.
    match Host::parse(place).ok()? {
        Host::Domain(name) if !name.contains('/') => Some((Place::Name(name), ports)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_are_refused_at_sight() {
        let none = Allow::default();
        let cases = [
            ("", "web address"),
            ("example.org", "web address"),
            ("ftp://example.org/", "http"),
            ("file:///etc/passwd", "http"),
            ("gopher://example.org/", "http"),
            ("https://user:secret@example.org/", "password"),
            ("https://example.org:22/", "port 22"),
            ("http://example.org:8080/", "port 8080"),
            ("http://127.0.0.1/", "127.0.0.1"),
            ("http://127.1/", "127.0.0.1"),
            ("http://2130706433/", "127.0.0.1"),
            ("http://0x7f.0.0.1/", "127.0.0.1"),
            ("http://0177.0.0.1/", "127.0.0.1"),
            ("http://[::1]/", "::1"),
            ("http://[::ffff:169.254.169.254]/", "169.254.169.254"),
            ("http://[64:ff9b::a00:1]/", "64:ff9b::"),
            ("http://169.254.169.254/latest/meta-data", "169.254.169.254"),
            ("http://0/", "0.0.0.0"),
        ];
        for (address, why) in cases {
            let error = none.target(address).expect_err(address).to_string();
            assert!(error.contains(why), "{address}: {error}");
        }
        for fine in [
            "https://example.org/a?b=c",
            "http://8.8.8.8/",
            "https://EXAMPLE.org:443",
        ] {
            none.target(fine).expect(fine);
        }
    }

    #[test]
    fn the_list_opens_what_it_says_and_no_more() {
        let allow =
            Allow::parse("chat.internal, 10.2.0.0/16:8443 [fd00::/8]:* hooks.example.org:9000")
                .unwrap();
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let cases = [
            ("http://chat.internal/", "10.0.0.1", true),
            ("http://CHAT.internal/", "127.0.0.1", true),
            ("http://chat.internal:8443/", "10.0.0.1", false),
            ("https://a.example:8443/", "10.2.3.4", true),
            ("https://a.example:8443/", "10.3.0.1", false),
            ("https://a.example:8443/", "8.8.8.8", false),
            ("https://a.example/", "10.2.3.4", false),
            ("https://a.example:1/", "fd01::1", true),
            ("http://hooks.example.org:9000/", "8.8.8.8", true),
            ("http://other.example.org/", "8.8.8.8", true),
        ];
        for (address, at, fine) in cases {
            let said = allow.target(address).and_then(|t| allow.check(&t, ip(at)));
            assert_eq!(said.is_ok(), fine, "{address} {at}: {said:?}");
        }
        for bad in ["10.0.0.0/40", "a b:x", "[::1", "host:99999", "http://x"] {
            assert!(Allow::parse(bad).is_err(), "{bad}");
        }
    }
}
