//! The second factor itself: codes that change every half minute (TOTP, RFC
//! 6238), and recovery codes for the day the phone is gone.

use jiff::Timestamp;
use mil_db::{Tx, sql};
use totp_rs::{Builder, Secret, Totp};

use crate::error::{Error, Result};
use crate::random::{hash_secret, new_bytes};

/// How many recovery codes there are.
pub const CODES: usize = 10;

/// What a code turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// A code of the app.
    App,
    /// A recovery code, and how many are left.
    Recovery(usize),
}

/// A new secret, in base32 as people type it into an app.
pub fn new_secret() -> String {
    Secret::from(new_bytes::<20>()).to_base32()
}

fn totp(secret: &str) -> Result<Totp> {
    let secret = Secret::try_from_base32(secret)
        .map_err(|_| Error::Internal("a stored second factor cannot be read".to_owned()))?;
    Builder::new()
        .with_secret(secret)
        .build()
        .map_err(|e| Error::Internal(format!("second factor: {e}")))
}

/// The step of the half minute that `code` belongs to, if it fits: now, one
/// before or one after (RFC 6238, 5.2).
pub fn step_of(secret: &str, code: &str, now: Timestamp) -> Result<Option<i64>> {
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    if digits.len() != 6 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(None);
    }
    let seconds = u64::try_from(now.as_second()).unwrap_or(0);
    let step = totp(secret)?.check(&digits, seconds);
    Ok(step.and_then(|step| i64::try_from(step).ok()))
}

/// The code at a moment, as an app shows it.
pub fn code_at(secret: &str, at: Timestamp) -> Result<String> {
    let seconds = u64::try_from(at.as_second()).unwrap_or(0);
    Ok(totp(secret)?.generate(seconds).to_string())
}

/// The address that an app reads from the picture.
pub fn address(secret: &str, issuer: &str, email: &str) -> String {
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
    let clean = |text: &str| {
        let text: String = text.chars().filter(|c| *c != ':').take(60).collect();
        utf8_percent_encode(text.trim(), NON_ALPHANUMERIC).to_string()
    };
    let (issuer, email) = (clean(issuer), clean(email));
    format!("otpauth://totp/{issuer}:{email}?secret={secret}&issuer={issuer}")
}

/// New recovery codes: the codes to show once, and the hashes to keep.
pub fn new_codes() -> (Vec<String>, Vec<String>) {
    // No letter that looks like another.
    const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";
    let codes: Vec<String> = (0..CODES)
        .map(|_| {
            let letters: Vec<char> = new_bytes::<16>()
                .iter()
                .map(|b| char::from(LETTERS[usize::from(b % 32)]))
                .collect();
            letters
                .chunks(4)
                .map(String::from_iter)
                .collect::<Vec<_>>()
                .join("-")
        })
        .collect();
    let hashes = codes.iter().map(|code| hash_secret(&plain(code))).collect();
    (codes, hashes)
}

/// A code without the dashes and spaces that people may or may not type.
fn plain(code: &str) -> String {
    code.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

/// Accept a code of a person and use it up, in the transaction that lets them
/// in. `None` when it does not fit or was used before.
pub async fn accept(
    tx: &mut Tx,
    now: Timestamp,
    person_id: &str,
    code: &str,
) -> Result<Option<Proof>> {
    let row = sql("SELECT totp_secret, recovery_codes FROM person
         WHERE id = $1 AND totp_enabled_at IS NOT NULL")
    .bind(person_id)
    .opt(&mut *tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let Some(secret) = row.get::<Option<String>>("totp_secret")? else {
        return Ok(None);
    };
    if let Some(step) = step_of(&secret, code, now)? {
        // The condition makes a code work once, also for two at the same moment.
        let fresh = sql("UPDATE person SET totp_last_step = $1
             WHERE id = $2 AND (totp_last_step IS NULL OR totp_last_step < $1)")
        .bind(step)
        .bind(person_id)
        .run(tx)
        .await?;
        return Ok((fresh > 0).then_some(Proof::App));
    }
    let stored: Option<String> = row.get("recovery_codes")?;
    let Some(stored) = stored else {
        return Ok(None);
    };
    let mut left: Vec<String> = serde_json::from_str(&stored)?;
    let hash = hash_secret(&plain(code));
    let Some(at) = left.iter().position(|known| *known == hash) else {
        return Ok(None);
    };
    left.remove(at);
    let fresh = sql("UPDATE person SET recovery_codes = $1 WHERE id = $2 AND recovery_codes = $3")
        .bind(serde_json::to_string(&left)?)
        .bind(person_id)
        .bind(stored)
        .run(tx)
        .await?;
    Ok((fresh > 0).then_some(Proof::Recovery(left.len())))
}

/// A picture of `text` to point a phone at: the outline of its dark squares
/// and how many squares it is wide, quiet zone of four included.
pub fn picture(text: &str) -> Result<(String, i32)> {
    use qrcodegen::{QrCode, QrCodeEcc};
    use std::fmt::Write;
    let code = QrCode::encode_text(text, QrCodeEcc::Medium)
        .map_err(|e| Error::Internal(format!("QR code: {e}")))?;
    let mut path = String::new();
    for y in 0..code.size() {
        for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
            let _ = write!(path, "M{} {}h1v1h-1z", x + 4, y + 4);
        }
    }
    Ok((path, code.size() + 8))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;

    #[test]
    fn codes_of_the_standard() {
        // RFC 6238, appendix B, SHA-1, last six digits.
        let secret = Secret::from(b"12345678901234567890".to_vec()).to_base32();
        for (second, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (20_000_000_000, "353130"),
        ] {
            let at = Timestamp::from_second(second).unwrap();
            assert_eq!(code_at(&secret, at).unwrap(), code);
            assert_eq!(step_of(&secret, code, at).unwrap(), Some(second / 30));
            let spaced = format!(" {} {} ", &code[..3], &code[3..]);
            assert!(step_of(&secret, &spaced, at).unwrap().is_some());
            let late = at + SignedDuration::from_secs(75);
            assert_eq!(step_of(&secret, code, late).unwrap(), None);
        }
        for odd in ["", "28708", "2870820", "２８７０８２", "abcdef"] {
            let at = Timestamp::from_second(59).unwrap();
            assert_eq!(step_of(&secret, odd, at).unwrap(), None, "{odd}");
        }
    }

    #[test]
    fn recovery_codes_differ_and_are_kept_as_hashes() {
        let (codes, hashes) = new_codes();
        assert_eq!((codes.len(), hashes.len()), (CODES, CODES));
        for (code, hash) in codes.iter().zip(&hashes) {
            assert_eq!(code.len(), 19, "{code}");
            assert_eq!(&hash_secret(&plain(&code.to_uppercase())), hash);
        }
        let picture = picture(&address(&new_secret(), "Nord: haven", "a@x.example")).unwrap();
        assert!(picture.1 > 30 && picture.0.starts_with("M4 4h1v1h-1z"));
    }
}
