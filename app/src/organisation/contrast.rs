//! Whether a brand colour can be read in every place where the theme uses it.
//!
//! The theme fixes lightness and takes hue and chroma from the organisation, in
//! OKLCH. Here the same colours are converted to sRGB as browsers do (CSS Color
//! 4, section 10; what lies outside of sRGB is cut off per channel) and compared
//! as WCAG 2.2 asks: 4.5:1 for text (success criterion 1.4.3), 3:1 for the
//! parts of controls (1.4.11).

/// A colour in OKLCH: lightness 0 to 1, chroma, hue in degrees.
type Oklch = (f64, f64, f64);

/// Linear light of sRGB, each channel between 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rgb([f64; 3]);

impl Rgb {
    /// The colour a browser shows. The matrices are those of CSS Color 4.
    pub fn of((l, c, h): Oklch) -> Rgb {
        let (a, b) = (c * h.to_radians().cos(), c * h.to_radians().sin());
        let cube = |x: f64| x * x * x;
        let l_ = cube(l + 0.396_337_777_376_174_9 * a + 0.215_803_757_309_913_6 * b);
        let m_ = cube(l - 0.105_561_345_815_658_6 * a - 0.063_854_172_825_813_3 * b);
        let s_ = cube(l - 0.089_484_177_529_811_9 * a - 1.291_485_548_019_409_2 * b);
        let channels = [
            4.076_741_636_075_957 * l_ - 3.307_711_539_258_063 * m_ + 0.230_969_903_182_105_1 * s_,
            -1.268_437_973_285_031 * l_ + 2.609_757_349_287_688 * m_ - 0.341_319_376_002_657_3 * s_,
            -0.004_196_076_138_675_6 * l_ - 0.703_418_617_935_936_3 * m_
                + 1.707_614_694_074_612 * s_,
        ];
        // Screens show 256 steps; round as they do before comparing.
        Rgb(channels.map(|x| expand((compress(x.clamp(0.0, 1.0)) * 255.0).round() / 255.0)))
    }

    /// Relative luminance (WCAG 2.2).
    fn luminance(self) -> f64 {
        let [r, g, b] = self.0;
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    /// `#rrggbb`.
    pub fn hex(self) -> String {
        let [r, g, b] = self.0.map(|x| (compress(x) * 255.0).round());
        format!("#{:02x}{:02x}{:02x}", r as u8, g as u8, b as u8)
    }
}

/// The transfer function of sRGB, from linear light.
fn compress(x: f64) -> f64 {
    if x <= 0.003_130_8 {
        12.92 * x
    } else {
        1.055 * x.powf(1.0 / 2.4) - 0.055
    }
}

/// And back.
fn expand(x: f64) -> f64 {
    if x <= 0.040_45 {
        x / 12.92
    } else {
        ((x + 0.055) / 1.055).powf(2.4)
    }
}

/// Contrast of two colours, 1 to 21 (WCAG 2.2).
pub fn ratio(a: Rgb, b: Rgb) -> f64 {
    let (a, b) = (a.luminance(), b.luminance());
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// A place where the theme puts one colour on another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Place {
    Button,
    ButtonHover,
    Link,
    LinkOnTint,
    Progress,
    FaintOnChosen,
}

/// A pair of colours in one of the two themes.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs)]
pub struct Pair {
    pub place: Place,
    pub dark: bool,
    pub text: Rgb,
    pub ground: Rgb,
    /// What WCAG asks for.
    pub least: f64,
}

impl Pair {
    /// Its contrast.
    pub fn ratio(&self) -> f64 {
        ratio(self.text, self.ground)
    }

    /// Whether it can be read.
    pub fn passes(&self) -> bool {
        // Browsers round; a hundredth below is below.
        self.ratio() >= self.least
    }
}

/// The neutral grey's hue in the theme.
const GREY: f64 = 264.0;

/// Every pair that depends on the brand; see `web/css/00-tokens.css`.
pub fn pairs(hue: f64, chroma: f64) -> Vec<Pair> {
    let white = Rgb::of((1.0, 0.0, 0.0));
    let dark_surface = Rgb::of((0.205, 0.009, GREY));
    let pair = |place, dark, text, ground, least| Pair {
        place,
        dark,
        text,
        ground,
        least,
    };
    let of = |l, c| Rgb::of((l, c, hue));
    use Place::{Button, ButtonHover, FaintOnChosen, Link, LinkOnTint, Progress};
    vec![
        pair(Button, false, white, of(0.49, chroma), 4.5),
        pair(ButtonHover, false, white, of(0.43, chroma), 4.5),
        pair(Link, false, of(0.47, chroma), white, 4.5),
        pair(LinkOnTint, false, of(0.47, chroma), of(0.958, 0.020), 4.5),
        pair(Progress, false, of(0.55, 0.17), white, 3.0),
        pair(
            FaintOnChosen,
            false,
            Rgb::of((0.51, 0.016, GREY)),
            of(0.955, 0.022),
            4.5,
        ),
        pair(Button, true, white, of(0.54, 0.17), 4.5),
        pair(ButtonHover, true, white, of(0.49, 0.17), 4.5),
        pair(Link, true, of(0.79, 0.10), dark_surface, 4.5),
        pair(LinkOnTint, true, of(0.79, 0.10), of(0.275, 0.050), 4.5),
        pair(Progress, true, of(0.70, 0.13), dark_surface, 3.0),
        pair(
            FaintOnChosen,
            true,
            Rgb::of((0.69, 0.012, GREY)),
            of(0.29, 0.055),
            4.5,
        ),
    ]
}

/// The nearest hue whose pairs all pass at this chroma; `None` if there is none.
pub fn nearest(hue: f64, chroma: f64) -> Option<f64> {
    (0..=180)
        .flat_map(|step| [hue + f64::from(step), hue - f64::from(step)])
        .map(|hue| hue.rem_euclid(360.0))
        .find(|hue| pairs(*hue, chroma).iter().all(Pair::passes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_those_of_the_browser() {
        // Read off Chromium's computed colours.
        for (oklch, hex) in [
            ((1.0, 0.0, 0.0), "#ffffff"),
            ((0.0, 0.0, 0.0), "#000000"),
            ((0.627_955, 0.257_683, 29.234), "#ff0000"),
            ((0.866_44, 0.294_827, 142.495), "#00ff00"),
            ((0.452_014, 0.313_214, 264.052), "#0000ff"),
            ((0.967_983, 0.211_006, 109.769), "#ffff00"),
            ((0.599_871, 0.0, 0.0), "#808080"),
        ] {
            assert_eq!(Rgb::of(oklch).hex(), hex);
        }
    }

    #[test]
    fn contrast_is_that_of_wcag() {
        let (white, black) = (Rgb::of((1.0, 0.0, 0.0)), Rgb::of((0.0, 0.0, 0.0)));
        assert!((ratio(white, black) - 21.0).abs() < 1e-9);
        assert!((ratio(black, white) - 21.0).abs() < 1e-9);
        assert!((ratio(white, white) - 1.0).abs() < 1e-9);
        // #767676 is the well-known lightest grey for text on white.
        let grey = Rgb([expand(0x76 as f64 / 255.0); 3]);
        assert!((ratio(white, grey) - 4.54).abs() < 0.01);
    }

    #[test]
    fn our_own_blue_passes_as_measured() {
        let pairs = pairs(264.0, 0.19);
        assert!(pairs.iter().all(Pair::passes), "{pairs:?}");
        let of = |place, dark| {
            let pair = pairs.iter().find(|p| p.place == place && p.dark == dark);
            (pair.expect("it is there").ratio() * 10.0).round() / 10.0
        };
        // The figures of the design, measured in Chromium.
        assert_eq!(
            (of(Place::Button, false), of(Place::Button, true)),
            (6.6, 5.2)
        );
        assert_eq!((of(Place::Link, false), of(Place::Link, true)), (7.1, 9.2));
        assert_eq!(
            (of(Place::Progress, false), of(Place::Progress, true)),
            (5.0, 6.6)
        );
    }

    #[test]
    fn a_failing_colour_has_a_way_out() {
        let mut failing = 0;
        for hue in 0..360 {
            for chroma in [0.0, 0.05, 0.1, 0.15, 0.19] {
                let (hue, passes) = (f64::from(hue), |hue| {
                    pairs(hue, chroma).iter().all(Pair::passes)
                });
                if !passes(hue) {
                    failing += 1;
                    assert!(nearest(hue, chroma).is_some_and(passes), "{hue} {chroma}");
                } else {
                    assert_eq!(nearest(hue, chroma), Some(hue));
                }
            }
        }
        assert!(failing > 0, "a check that nothing fails checks nothing");
    }
}
