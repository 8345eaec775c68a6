//! Working time in packs: `30min`, `4h`, `3d`. A working day has eight hours.

/// Minutes of a working day in packs, which know no calendar.
const DAY: i64 = 480;

/// Minutes of working time, `None` if it is not written as `30min`, `4h` or `3d`.
pub fn minutes(text: &str) -> Option<i64> {
    let (number, factor) = [("min", 1), ("h", 60), ("d", DAY)]
        .iter()
        .find_map(|(unit, factor)| text.strip_suffix(unit).map(|number| (number, *factor)))?;
    let digits = (1..=5).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    let number: i64 = number.parse().ok().filter(|n| digits && *n > 0)?;
    Some(number * factor)
}

/// Working time as packs write it.
pub fn text(minutes: i64) -> String {
    match minutes {
        m if m % DAY == 0 => format!("{}d", m / DAY),
        m if m % 60 == 0 => format!("{}h", m / 60),
        m => format!("{m}min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn working_time_is_read_and_printed() {
        for (text, number) in [("30min", 30), ("4h", 240), ("3d", 1440), ("1d", 480)] {
            assert_eq!(minutes(text), Some(number));
            assert_eq!(super::text(number), text);
        }
        for wrong in [
            "", "4", "h", "0h", "-1h", "1.5h", "4 h", "999999d", "1w", "²h",
        ] {
            assert_eq!(minutes(wrong), None, "{wrong}");
        }
    }
}
