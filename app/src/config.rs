//! Settings of the installation. One precedence: flag, then environment
//! (`MIL_…`), then the file given by `--config`, then the default.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use mil_outbound::Allow;
use serde::Deserialize;

/// Flags that `serve` and `demo` share. All are optional.
#[derive(Args, Debug, Default, Clone, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Options {
    /// TOML file with the same names as these flags
    #[arg(long, env = "MIL_CONFIG", value_name = "FILE", global = true)]
    #[serde(skip)]
    pub config: Option<PathBuf>,
    /// Directory for the database, files and everything else that must be kept [default: ./data, of the demo ./data-demo]
    #[arg(long, env = "MIL_DATA_DIR", value_name = "DIR", global = true)]
    pub data_dir: Option<PathBuf>,
    /// postgres://user:password@host/database, or sqlite:PATH [default: mil.sqlite in the data directory]
    #[arg(
        long,
        env = "MIL_DATABASE_URL",
        value_name = "URL",
        hide_env_values = true,
        global = true
    )]
    pub database_url: Option<String>,
    /// Address and port to listen on [default: 127.0.0.1:8080]
    #[arg(long, env = "MIL_LISTEN", value_name = "ADDRESS:PORT", global = true)]
    pub listen: Option<SocketAddr>,
    /// The address people type, e.g. https://marketing.example.org; makes cookies secure and links right [default: http://LISTEN]
    #[arg(long, env = "MIL_PUBLIC_URL", value_name = "URL", global = true)]
    pub public_url: Option<String>,
    /// Read the client's address from X-Forwarded-For: only behind a proxy that sets it
    #[arg(long, env = "MIL_BEHIND_PROXY", global = true, num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    pub behind_proxy: Option<bool>,
    /// Largest file that may be uploaded, in megabytes [default: 200]
    #[arg(long, env = "MIL_UPLOAD_MB", value_name = "MB", global = true)]
    pub upload_mb: Option<u64>,
    /// Logs as `text` or as `json` [default: text]
    #[arg(long, env = "MIL_LOG_FORMAT", value_name = "FORMAT", global = true)]
    pub log_format: Option<String>,
    /// What to log, e.g. `info` or `mil=debug` [default: info]
    #[arg(long, env = "MIL_LOG", value_name = "FILTER", global = true)]
    pub log: Option<String>,
    /// Token that /metrics asks for as a bearer token; without it only this machine may read them
    #[arg(
        long,
        env = "MIL_METRICS_TOKEN",
        value_name = "TOKEN",
        hide_env_values = true,
        global = true
    )]
    pub metrics_token: Option<String>,
    /// Server that sends our mail: smtps://user:password@host, or smtp://host:25 inside the organisation
    #[arg(
        long,
        env = "MIL_SMTP_URL",
        value_name = "URL",
        hide_env_values = true,
        global = true
    )]
    pub smtp_url: Option<String>,
    /// Mail boxes to read: imaps://user:password@host/INBOX; several with spaces between
    #[arg(
        long,
        env = "MIL_IMAP_URL",
        value_name = "URL",
        value_delimiter = ' ',
        hide_env_values = true,
        global = true
    )]
    pub imap_url: Vec<String>,
    /// Take mail from the organisation's own server by LMTP at this address
    #[arg(
        long,
        env = "MIL_LMTP_LISTEN",
        value_name = "ADDRESS:PORT",
        global = true
    )]
    pub lmtp_listen: Option<SocketAddr>,
    /// Take mail from anywhere by SMTP at this address
    #[arg(
        long,
        env = "MIL_SMTP_LISTEN",
        value_name = "ADDRESS:PORT",
        global = true
    )]
    pub smtp_listen: Option<SocketAddr>,
    /// Servers whose Authentication-Results are believed, by authserv-id, with commas between
    #[arg(
        long,
        env = "MIL_MAIL_TRUSTED",
        value_name = "NAME",
        value_delimiter = ',',
        global = true
    )]
    pub mail_trusted: Vec<String>,
    /// Places that webhooks may be sent to although they are not public, e.g. `chat.internal,10.2.0.0/16:8443` (`:*` for every port)
    #[arg(long, env = "MIL_OUTBOUND_ALLOW", value_name = "LIST", global = true)]
    pub outbound_allow: Option<String>,
    /// How long such a place may take to answer, in seconds [default: 10]
    #[arg(
        long,
        env = "MIL_OUTBOUND_SECONDS",
        value_name = "SECONDS",
        global = true
    )]
    pub outbound_seconds: Option<u64>,
    /// Keep files in this S3 bucket instead of the data directory: https://host/bucket
    #[arg(long, env = "MIL_S3_URL", value_name = "URL", global = true)]
    pub s3_url: Option<String>,
    /// What the names of our objects begin with in that bucket, such as `mil/`
    #[arg(long, env = "MIL_S3_PREFIX", value_name = "TEXT", global = true)]
    pub s3_prefix: Option<String>,
    /// Where that bucket lies [default: us-east-1]
    #[arg(long, env = "MIL_S3_REGION", value_name = "REGION", global = true)]
    pub s3_region: Option<String>,
    /// The id of the key that opens it
    #[arg(long, env = "MIL_S3_KEY_ID", value_name = "ID", global = true)]
    pub s3_key_id: Option<String>,
    /// The secret of that key
    #[arg(
        long,
        env = "MIL_S3_SECRET",
        value_name = "SECRET",
        hide_env_values = true,
        global = true
    )]
    pub s3_secret: Option<String>,
}

/// A bucket for files.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct S3 {
    pub url: String,
    pub prefix: String,
    pub region: String,
    pub key_id: String,
    pub secret: Secret,
}

/// How mail comes and goes.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)]
pub struct Mail {
    pub smtp_url: Option<Secret>,
    pub imap: Vec<Secret>,
    pub lmtp: Option<SocketAddr>,
    pub smtp: Option<SocketAddr>,
    /// Authserv-ids (RFC 8601) of the organisation's own servers.
    pub trusted: Vec<String>,
}

/// A setting with a password in it: never printed.
#[derive(Clone)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

/// The settings in force.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Config {
    pub data_dir: PathBuf,
    pub database_url: String,
    pub listen: SocketAddr,
    pub public_url: String,
    pub behind_proxy: bool,
    pub upload_bytes: u64,
    pub log_format: String,
    pub log: String,
    pub metrics_token: Option<String>,
    /// This program, which starts itself to decode files of others.
    pub program: PathBuf,
    pub mail: Mail,
    /// Places besides the public internet that may be asked.
    pub outbound_allow: Allow,
    /// How long they may take.
    pub outbound_within: Duration,
    /// Where files lie, if not in the data directory.
    pub s3: Option<S3>,
    /// Whether this is the demo: its sign-in page offers the demo accounts.
    pub demo: bool,
}

/// A setting that cannot be used, with what to do about it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(String);

impl Options {
    /// Merge flags and environment (already in `self`) over the file over the
    /// defaults.
    ///
    /// # Errors
    /// When the file cannot be read or holds something unknown, or a value is
    /// out of range; the text says which and how to mend it.
    pub fn resolve(self) -> Result<Config, ConfigError> {
        self.resolve_in("data")
    }

    /// [`Options::resolve`] for the demo, which keeps its data apart.
    ///
    /// # Errors
    /// As [`Options::resolve`].
    pub fn resolve_demo(self) -> Result<Config, ConfigError> {
        let config = self.resolve_in("data-demo")?;
        Ok(Config {
            demo: true,
            ..config
        })
    }

    fn resolve_in(self, data_dir: &str) -> Result<Config, ConfigError> {
        let file = match &self.config {
            None => Options::default(),
            Some(path) => {
                let text = std::fs::read_to_string(path)
                    .map_err(|e| ConfigError(format!("cannot read {}: {e}", path.display())))?;
                toml::from_str(&text)
                    .map_err(|e| ConfigError(format!("{}: {e}", path.display())))?
            }
        };
        let data_dir = self
            .data_dir
            .or(file.data_dir)
            .unwrap_or_else(|| data_dir.into());
        let listen = self
            .listen
            .or(file.listen)
            .unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080)));
        let public_url = self
            .public_url
            .or(file.public_url)
            .unwrap_or_else(|| format!("http://{listen}"));
        if !public_url.starts_with("http://") && !public_url.starts_with("https://") {
            return Err(ConfigError(format!(
                "public-url is {public_url:?}; it must begin with http:// or https://"
            )));
        }
        let upload_mb = self.upload_mb.or(file.upload_mb).unwrap_or(200);
        if !(1..=10_000).contains(&upload_mb) {
            return Err(ConfigError(
                "upload-mb must lie between 1 and 10000".to_owned(),
            ));
        }
        let log_format = self
            .log_format
            .or(file.log_format)
            .unwrap_or_else(|| "text".to_owned());
        if !matches!(log_format.as_str(), "text" | "json") {
            return Err(ConfigError("log-format is either text or json".to_owned()));
        }
        let outbound_allow = self
            .outbound_allow
            .or(file.outbound_allow)
            .unwrap_or_default();
        let outbound_allow = Allow::parse(&outbound_allow).map_err(|entry| {
            ConfigError(format!(
                "outbound-allow holds {entry:?}; write names, addresses or ranges such as 10.2.0.0/16:8443"
            ))
        })?;
        let outbound_seconds = self
            .outbound_seconds
            .or(file.outbound_seconds)
            .unwrap_or(10);
        if !(1..=60).contains(&outbound_seconds) {
            return Err(ConfigError(
                "outbound-seconds must lie between 1 and 60".to_owned(),
            ));
        }
        let s3 = bucket(
            self.s3_url.or(file.s3_url),
            self.s3_prefix.or(file.s3_prefix),
            self.s3_region.or(file.s3_region),
            self.s3_key_id.or(file.s3_key_id),
            self.s3_secret.or(file.s3_secret),
        )?;
        Ok(Config {
            s3,
            outbound_allow,
            outbound_within: Duration::from_secs(outbound_seconds),
            database_url: self
                .database_url
                .or(file.database_url)
                .filter(|url| !url.is_empty())
                .unwrap_or_else(|| format!("sqlite:{}", data_dir.join("mil.sqlite").display())),
            data_dir,
            listen,
            public_url: public_url.trim_end_matches('/').to_owned(),
            behind_proxy: self.behind_proxy.or(file.behind_proxy).unwrap_or(false),
            upload_bytes: upload_mb * 1_000_000,
            log_format,
            log: self.log.or(file.log).unwrap_or_else(|| "info".to_owned()),
            metrics_token: self
                .metrics_token
                .or(file.metrics_token)
                .filter(|t| !t.is_empty()),
            program: std::env::current_exe().unwrap_or_else(|_| "mil".into()),
            mail: Mail {
                smtp_url: mail_url("smtp-url", self.smtp_url.or(file.smtp_url), "smtp")?,
                imap: first_given(self.imap_url, file.imap_url)
                    .into_iter()
                    .map(|url| mail_url("imap-url", Some(url), "imap"))
                    .filter_map(Result::transpose)
                    .collect::<Result<_, _>>()?,
                lmtp: self.lmtp_listen.or(file.lmtp_listen),
                smtp: self.smtp_listen.or(file.smtp_listen),
                trusted: first_given(self.mail_trusted, file.mail_trusted),
            },
            demo: false,
        })
    }
}

fn first_given(flag: Vec<String>, file: Vec<String>) -> Vec<String> {
    let given = |list: Vec<String>| -> Vec<String> {
        list.into_iter()
            .map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty())
            .collect()
    };
    let flag = given(flag);
    if flag.is_empty() { given(file) } else { flag }
}

/// The bucket for files, if one is named.
fn bucket(
    url: Option<String>,
    prefix: Option<String>,
    region: Option<String>,
    key_id: Option<String>,
    secret: Option<String>,
) -> Result<Option<S3>, ConfigError> {
    let given = |text: Option<String>| text.filter(|t| !t.is_empty());
    let Some(url) = given(url) else {
        return Ok(None);
    };
    let (Some(key_id), Some(secret)) = (given(key_id), given(secret)) else {
        return Err(ConfigError(
            "s3-url is set, so s3-key-id and s3-secret must be, too".to_owned(),
        ));
    };
    let s3 = S3 {
        url,
        prefix: prefix.unwrap_or_default(),
        region: given(region).unwrap_or_else(|| "us-east-1".to_owned()),
        key_id,
        secret: Secret(secret),
    };
    mil_blob::s3::Bucket::new(s3.settings())
        .map_err(|why| ConfigError(format!("s3-url: {why}")))?;
    Ok(Some(s3))
}

impl S3 {
    fn settings(&self) -> mil_blob::s3::Settings {
        mil_blob::s3::Settings {
            url: self.url.clone(),
            prefix: self.prefix.clone(),
            keys: mil_blob::s3::Keys {
                id: self.key_id.clone(),
                secret: self.secret.0.clone(),
                region: self.region.clone(),
            },
            now: crate::clock::machine,
            part: None,
        }
    }
}

/// The address of a mail server. The error does not repeat it: it may hold a
/// password.
fn mail_url(name: &str, url: Option<String>, scheme: &str) -> Result<Option<Secret>, ConfigError> {
    let Some(url) = url.filter(|url| !url.is_empty()) else {
        return Ok(None);
    };
    let good = [format!("{scheme}://"), format!("{scheme}s://")]
        .iter()
        .any(|start| url.starts_with(start.as_str()));
    if !good {
        return Err(ConfigError(format!(
            "{name} must begin with {scheme}:// or {scheme}s://"
        )));
    }
    Ok(Some(Secret(url)))
}

impl Config {
    /// Where the bytes of files lie. Nothing is asked yet.
    ///
    /// # Errors
    /// When the bucket's settings cannot be such.
    pub fn blobs(&self) -> mil_blob::Result<mil_blob::Blobs> {
        let dir = self.data_dir.join("files");
        match &self.s3 {
            Some(s3) => mil_blob::Blobs::in_bucket(dir, s3.settings()),
            None => Ok(mil_blob::Blobs::in_directory(dir)),
        }
    }

    /// Whether browsers reach us by https, so that cookies may say `Secure`.
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_needs_its_keys_and_keeps_them() {
        let options = |url: &str, secret: Option<&str>| Options {
            s3_url: Some(url.to_owned()),
            s3_key_id: Some("id".to_owned()),
            s3_secret: secret.map(str::to_owned),
            ..Options::default()
        };
        let good = options("https://s3.example/mil", Some("hush"))
            .resolve()
            .unwrap();
        assert!(good.blobs().unwrap().is_in_bucket());
        assert!(!format!("{good:?}").contains("hush"));
        assert!(Options::default().resolve().unwrap().s3.is_none());
        for (wrong, says) in [
            (options("https://s3.example/mil", None), "s3-secret"),
            (options("s3.example/mil", Some("hush")), "s3-url"),
            (
                options("https://me:hush@s3.example/mil", Some("hush")),
                "s3-url",
            ),
        ] {
            let told = wrong.resolve().unwrap_err().to_string();
            assert!(told.contains(says) && !told.contains("hush"), "{told}");
        }
    }

    #[test]
    fn flag_wins_over_file_wins_over_default() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("mil.toml");
        std::fs::write(&path, "listen = \"127.0.0.1:9000\"\nupload-mb = 5\n").unwrap();
        let options = Options {
            config: Some(path.clone()),
            upload_mb: Some(7),
            ..Options::default()
        };
        let config = options.resolve().unwrap();
        assert_eq!(config.listen.port(), 9000);
        assert_eq!(config.upload_bytes, 7_000_000);
        assert_eq!(config.public_url, "http://127.0.0.1:9000");
        assert!(config.database_url.ends_with("mil.sqlite"));

        std::fs::write(&path, "listn = \"x\"\n").unwrap();
        let options = Options {
            config: Some(path),
            ..Options::default()
        };
        assert!(options.resolve().unwrap_err().to_string().contains("listn"));
    }
}
