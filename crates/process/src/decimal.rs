//! Exact decimal numbers of a size that survives JSON and a browser.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{fmt, str::FromStr};

const MICRO: i64 = 1_000_000;
const LIMIT: i64 = 1_000_000_000 * MICRO;

/// A number below a thousand million with at most six decimals.
///
/// That is at most 15 significant digits, which a 64-bit float keeps apart, so
/// JSON and a browser's `Number` hold every value without loss and compare two
/// values the same way. In JSON it is a plain number; a string is read too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Decimal(i64);

impl Decimal {
    /// Most decimals a value can have.
    pub const MAX_DECIMALS: u8 = 6;

    /// The value in millionths.
    pub fn micros(self) -> i64 {
        self.0
    }

    /// How many decimals the value needs: 1 for 1.50.
    pub fn decimals(self) -> u8 {
        let mut micros = self.0;
        let mut decimals = Self::MAX_DECIMALS;
        while decimals > 0 && micros % 10 == 0 {
            micros /= 10;
            decimals -= 1;
        }
        decimals
    }

    /// Reads what a person types: digits with an optional sign, and a point or a
    /// comma before the decimals. Returns the value and how many decimals were
    /// typed. No thousands separators: "1,500" has three decimals, and the
    /// caller can see that they are too many.
    pub fn typed(text: &str) -> Option<(Self, u8)> {
        if text.len() > 32 {
            return None;
        }
        let (negative, digits) = match text.strip_prefix(['-', '−']) {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = match digits.split_once(['.', ',']) {
            Some((_, "")) => return None,
            Some(parts) => parts,
            None => (digits, ""),
        };
        let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty()
            || whole.len() > 15
            || fraction.len() > usize::from(Self::MAX_DECIMALS)
            || !all_digits(whole)
            || !all_digits(fraction)
        {
            return None;
        }
        let whole: i64 = whole.parse().ok()?;
        let fraction_micros: i64 = format!("{fraction:0<6}").parse().ok()?;
        let micros = whole.checked_mul(MICRO)?.checked_add(fraction_micros)?;
        let decimals = u8::try_from(fraction.len()).ok()?;
        (micros < LIMIT).then_some((Self(if negative { -micros } else { micros }), decimals))
    }
}

impl From<i32> for Decimal {
    /// Values of a thousand million and above are held at the largest value.
    fn from(value: i32) -> Self {
        Self((i64::from(value) * MICRO).clamp(1 - LIMIT, LIMIT - 1))
    }
}

impl FromStr for Decimal {
    type Err = ();
    /// As [`Decimal::typed`], without the count of decimals.
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::typed(text).map(|(value, _)| value).ok_or(())
    }
}

/// Shortest form with a point: `-1.5`, `1500`.
impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < 0 {
            f.write_str("-")?;
        }
        let micros = self.0.unsigned_abs();
        write!(f, "{}", micros / MICRO.unsigned_abs())?;
        let decimals = usize::from(self.decimals());
        if decimals > 0 {
            let fraction = format!("{:06}", micros % MICRO.unsigned_abs());
            write!(f, ".{}", &fraction[..decimals])?;
        }
        Ok(())
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        if self.0 % MICRO == 0 {
            s.serialize_i64(self.0 / MICRO)
        } else {
            #[allow(clippy::cast_precision_loss)] // 15 digits fit, see the type
            s.serialize_f64(self.0 as f64 / MICRO as f64)
        }
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Whole(i64),
            Float(f64),
            Text(String),
        }
        let text = match Written::deserialize(d)? {
            Written::Whole(n) => n.to_string(),
            Written::Float(n) => n.to_string(),
            Written::Text(text) => text,
        };
        text.parse().map_err(|()| {
            de::Error::custom("expected a number below 1000000000 with at most 6 decimals")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_type() {
        let cases = [
            ("1,5", Some("1.5")),
            ("1.50", Some("1.5")),
            ("-0", Some("0")),
            ("+7", Some("7")),
            ("0.000001", Some("0.000001")),
            ("-0,5", Some("-0.5")),
            ("999999999.999999", Some("999999999.999999")),
            ("1000000000", None),
            ("0.0000001", None),
            ("", None),
            ("-", None),
            (".5", None),
            ("5.", None),
            ("1.000,5", None),
            ("1e9", None),
            ("NaN", None),
            ("٣", None),
        ];
        for (typed, expected) in cases {
            let value = typed.parse::<Decimal>().ok().map(|d| d.to_string());
            assert_eq!(value.as_deref(), expected, "{typed}");
        }
    }

    proptest::proptest! {
        #[test]
        fn json_and_text_keep_every_value(micros in 1 - LIMIT..LIMIT) {
            let value = Decimal(micros);
            let json = serde_json::to_string(&value).unwrap();
            proptest::prop_assert_eq!(serde_json::from_str::<Decimal>(&json).unwrap(), value);
            proptest::prop_assert_eq!(value.to_string().parse(), Ok(value));
        }
    }
}
