//! Columns by week, as SVG from the server (pure).

use maud::{Markup, html};

/// Size of the plot, in its own units.
const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 180.0;
/// Room for the words below and beside the columns.
const BELOW: f64 = 22.0;
const BESIDE: f64 = 34.0;

/// One column: what stands below it, and two values on top of each other's scale.
#[derive(Debug)]
pub struct Column {
    /// Under it; empty for none.
    pub label: String,
    /// The value that is drawn as a column.
    pub value: usize,
}

/// A round number at or above the largest value.
pub fn top(most: usize) -> usize {
    let mut step = 1;
    loop {
        for factor in [1, 2, 5] {
            if step * factor * 4 >= most {
                return step * factor * 4;
            }
        }
        step *= 10;
    }
}

/// The columns. `sentence` says what they show to those who do not see them.
pub fn columns(columns: &[Column], sentence: &str) -> Markup {
    let most = top(columns.iter().map(|c| c.value).max().unwrap_or(0).max(1));
    let height = HEIGHT - BELOW;
    let wide = (WIDTH - BESIDE) / columns.len().max(1) as f64;
    let y = |value: f64| height - value / most as f64 * (height - 8.0);
    html! {
        svg role="img" aria-label=(sentence) viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } width="100%" preserveAspectRatio="xMidYMid meet" {
            @for quarter in 0..=4_usize {
                @let value = most as f64 / 4.0 * quarter as f64;
                line class="axis" x1=(BESIDE) x2=(WIDTH) y1=(round(y(value))) y2=(round(y(value))) {}
                text x=(BESIDE - 6.0) y=(round(y(value) + 4.0)) text-anchor="end" { (value.round()) }
            }
            @for (n, column) in columns.iter().enumerate() {
                @let x = BESIDE + wide * n as f64;
                rect x=(round(x + wide * 0.15)) y=(round(y(column.value as f64))) width=(round(wide * 0.7))
                    height=(round(height - y(column.value as f64))) fill="var(--c1)" {}
                @if !column.label.is_empty() { text x=(round(x + wide / 2.0)) y=(HEIGHT - 6.0) text-anchor="middle" { (column.label) } }
            }
        }
    }
}

fn round(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_end_at_a_round_number() {
        for (most, round) in [
            (0, 4),
            (1, 4),
            (4, 4),
            (5, 8),
            (9, 20),
            (41, 80),
            (1_000, 2_000),
        ] {
            assert_eq!(top(most), round, "{most}");
        }
        let all = [3, 0].map(|value| Column {
            label: "1 May".into(),
            value,
        });
        let out = columns(&all, "Three, then none").into_string();
        assert_eq!(out.matches("<rect").count(), 2);
        assert!(out.contains("height=\"0\"") && out.contains("aria-label=\"Three, then none\""));
    }
}
