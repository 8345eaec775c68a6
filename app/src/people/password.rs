//! Passwords: argon2id (RFC 9106), the rules of NIST SP 800-63B: length counts,
//! composition does not, the best known ones are refused.

use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};

use tokio::sync::Semaphore;

use crate::error::{Error, FieldError, Msg, Result};

/// Shortest password, in characters.
pub const MIN: usize = 10;
/// Longest password, in characters: hashing must stay cheap to refuse.
pub const MAX: usize = 200;

/// Hashes computed at the same time: each takes 19 MiB, and a flood of sign-ins
/// must not take all memory. The others wait.
static AT_ONCE: Semaphore = Semaphore::const_new(4);

/// 19 MiB, 2 passes, 1 lane: the second recommended choice of the OWASP
/// password storage cheat sheet, about 30 ms here.
fn hasher() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).expect("fixed and valid");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Check a new password against the rules.
pub fn check(
    field: &str,
    password: &str,
    email: &str,
    name: &str,
) -> std::result::Result<(), FieldError> {
    let length = password.chars().count();
    let lower = password.to_lowercase();
    let says = |msg: Msg| Err(FieldError::new(field, msg.with("n", MIN)));
    if length < MIN {
        return says(Msg::new(
            "Use at least {n} characters. A short sentence works well.",
        ));
    }
    if length > MAX {
        return Err(FieldError::new(
            field,
            Msg::new("Use at most {n} characters.").with("n", MAX),
        ));
    }
    let local = email.split('@').next().unwrap_or_default().to_lowercase();
    let own = [email.to_lowercase(), local, name.to_lowercase()];
    if own
        .iter()
        .any(|word| word.chars().count() >= 4 && lower == *word)
    {
        return says(Msg::new(
            "This is your own name or address. Use something nobody can look up.",
        ));
    }
    let first = lower.chars().next();
    let one_letter = lower.chars().all(|c| Some(c) == first);
    let common = [
        "password",
        "passwort",
        "1234567890",
        "qwertyuiop",
        "qwertzuiop",
        "letmein",
    ];
    let known = common.iter().any(|word| {
        lower
            .strip_prefix(word)
            .is_some_and(|rest| rest.len() <= 4 && rest.chars().all(|c| !c.is_alphabetic()))
    });
    if one_letter || known {
        return says(Msg::new(
            "This password is one of the first to be tried. Use another.",
        ));
    }
    Ok(())
}

/// Hash a password for keeping. Runs on a blocking thread.
pub async fn hash(password: String) -> Result<String> {
    let _turn = AT_ONCE.acquire().await;
    tokio::task::spawn_blocking(move || {
        hasher()
            .hash_password(password.as_bytes())
            .map(|hash| hash.to_string())
            .map_err(|e| Error::Internal(format!("hashing a password: {e}")))
    })
    .await
    .map_err(|e| Error::Internal(e.to_string()))?
}

/// Whether `password` belongs to `hash`. Without a hash the same work is done,
/// so that the time taken does not tell which addresses have an account.
pub async fn verify(password: String, hash: Option<String>) -> Result<bool> {
    /// The hash of nothing anybody knows.
    const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5$0J8b0m3wYQ0m1rYw0Jd4wq7iXKfQ1yqvXHk5zJ3t6xE";
    let _turn = AT_ONCE.acquire().await;
    tokio::task::spawn_blocking(move || {
        let known = hash.is_some();
        let text = hash.unwrap_or_else(|| NOBODY.to_owned());
        let parsed = PasswordHash::new(&text)
            .map_err(|e| Error::Internal(format!("a stored password hash: {e}")))?;
        let fits = hasher()
            .verify_password(password.as_bytes(), &parsed)
            .is_ok();
        Ok(known && fits)
    })
    .await
    .map_err(|e| Error::Internal(e.to_string()))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules() {
        let fits =
            |p: &str| check("password", p, "maren.voss@nordhaven.example", "Maren Voss").is_ok();
        assert!(fits("a lighthouse in autumn"));
        assert!(fits("zwölf Störche"));
        for bad in [
            "short",
            "aaaaaaaaaaaaa",
            "Password123",
            "maren.voss",
            "1234567890",
            "Maren Voss",
        ] {
            assert!(!fits(bad), "{bad}");
        }
        assert!(!fits(&"x y".repeat(100)));
    }

    #[tokio::test]
    async fn hash_and_verify() {
        let hash = hash("a lighthouse".to_owned()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(
            verify("a lighthouse".to_owned(), Some(hash.clone()))
                .await
                .unwrap()
        );
        assert!(!verify("a lightship".to_owned(), Some(hash)).await.unwrap());
        assert!(!verify("a lighthouse".to_owned(), None).await.unwrap());
    }
}
