//! Formulas of measures: arithmetic over figures of a practice's requests.
//!
//! ```text
//! sum    = product { (+|-) product }
//! product = value { (*|/) value }
//! value  = number | ( sum ) | figure
//! figure = ordered() | kept(delivery) | count(sent_back) | median("copy") | …
//! ```

use crate::error::Msg;

/// A formula that was read.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub enum Formula {
    Number(f64),
    Figure(Figure),
    Add(Box<Formula>, Box<Formula>),
    Sub(Box<Formula>, Box<Formula>),
    Mul(Box<Formula>, Box<Formula>),
    Div(Box<Formula>, Box<Formula>),
}

/// One figure over the requests of a practice in a period.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Figure {
    /// How many requests were ordered, delivered, … in the period.
    Requests(&'static str),
    /// Delivered requests whose promise was kept: delivery or response.
    Kept(&'static str),
    /// How often something happened.
    Count(&'static str),
    /// To how many requests it happened.
    Items(&'static str),
    /// The middle of a measure of the requests delivered in the period.
    Median(Measure),
    /// Its mean.
    Mean(Measure),
    /// What nine of ten stay below.
    P90(Measure),
}

/// What is measured of one request.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// lead_time, response_time, waiting_time, rating, time_spent.
    Known(&'static str),
    /// Working time in the stage with this key.
    Stage(String),
}

const REQUESTS: [&str; 5] = ["ordered", "delivered", "declined", "cancelled", "reopened"];
const KEPT: [&str; 2] = ["delivery", "response"];
const EVENTS: [&str; 11] = [
    "sent_back",
    "changes_asked",
    "approved",
    "reopened",
    "asked",
    "resumed",
    "rated",
    "commented",
    "reassigned",
    "due_changed",
    "merged",
];
const MEASURES: [&str; 5] = [
    "lead_time",
    "response_time",
    "waiting_time",
    "rating",
    "time_spent",
];
/// How deep brackets nest.
const DEPTH: usize = 20;

impl Formula {
    /// Read a formula.
    ///
    /// # Errors
    /// What cannot be read, and what is expected instead.
    pub fn parse(text: &str) -> Result<Formula, Msg> {
        if text.len() > 500 {
            return Err(Msg::new("A formula has at most 500 characters."));
        }
        let mut reader = Reader { rest: text.trim() };
        let formula = reader.sum(0)?;
        if reader.rest.is_empty() {
            Ok(formula)
        } else {
            Err(reader.lost())
        }
    }

    /// Its figures, each once.
    pub fn figures(&self) -> Vec<&Figure> {
        let mut found = Vec::new();
        self.collect(&mut found);
        found.sort();
        found.dedup();
        found
    }

    fn collect<'a>(&'a self, found: &mut Vec<&'a Figure>) {
        match self {
            Formula::Number(_) => {}
            Formula::Figure(figure) => found.push(figure),
            Formula::Add(a, b) | Formula::Sub(a, b) | Formula::Mul(a, b) | Formula::Div(a, b) => {
                a.collect(found);
                b.collect(found);
            }
        }
    }

    /// The result, `None` when a figure is unknown or something is divided by zero.
    pub fn value(&self, figure: &dyn Fn(&Figure) -> Option<f64>) -> Option<f64> {
        let both = |a: &Formula, b: &Formula| Some((a.value(figure)?, b.value(figure)?));
        let value = match self {
            Formula::Number(number) => *number,
            Formula::Figure(one) => figure(one)?,
            Formula::Add(a, b) => both(a, b).map(|(a, b)| a + b)?,
            Formula::Sub(a, b) => both(a, b).map(|(a, b)| a - b)?,
            Formula::Mul(a, b) => both(a, b).map(|(a, b)| a * b)?,
            Formula::Div(a, b) => both(a, b).map(|(a, b)| a / b)?,
        };
        Some(value).filter(|value| value.is_finite())
    }
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn lost(&self) -> Msg {
        let at: String = self.rest.chars().take(20).collect();
        if at.is_empty() {
            return Msg::new("The formula ends too early.");
        }
        Msg::new("The formula cannot be read at “{at}”. The format names the figures.")
            .with("at", at)
    }

    fn eat(&mut self, sign: char) -> bool {
        let Some(rest) = self.rest.strip_prefix(sign) else {
            return false;
        };
        self.rest = rest.trim_start();
        true
    }

    fn expect(&mut self, sign: char) -> Result<(), Msg> {
        if self.eat(sign) {
            Ok(())
        } else {
            Err(self.lost())
        }
    }

    fn sum(&mut self, depth: usize) -> Result<Formula, Msg> {
        let mut left = self.product(depth)?;
        loop {
            let make = match () {
                () if self.eat('+') => Formula::Add,
                () if self.eat('-') => Formula::Sub,
                () => return Ok(left),
            };
            left = make(Box::new(left), Box::new(self.product(depth)?));
        }
    }

    fn product(&mut self, depth: usize) -> Result<Formula, Msg> {
        let mut left = self.value(depth)?;
        loop {
            let make = match () {
                () if self.eat('*') => Formula::Mul,
                () if self.eat('/') => Formula::Div,
                () => return Ok(left),
            };
            left = make(Box::new(left), Box::new(self.value(depth)?));
        }
    }

    fn value(&mut self, depth: usize) -> Result<Formula, Msg> {
        if depth > DEPTH {
            return Err(Msg::new("The formula has too many brackets."));
        }
        if self.eat('(') {
            let inner = self.sum(depth + 1)?;
            self.expect(')')?;
            return Ok(inner);
        }
        let end = self
            .rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(self.rest.len());
        if end > 0 {
            let number = self.rest[..end].parse().map_err(|_| self.lost())?;
            self.rest = self.rest[end..].trim_start();
            return Ok(Formula::Number(number));
        }
        self.figure().map(Formula::Figure)
    }

    fn word(&mut self) -> &str {
        let end = self
            .rest
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest.trim_start();
        word
    }

    fn figure(&mut self) -> Result<Figure, Msg> {
        let lost = self.lost();
        let name = self.word().to_owned();
        self.expect('(')?;
        let known =
            |list: &[&'static str], word: &str| list.iter().find(|known| **known == word).copied();
        let figure = match name.as_str() {
            "kept" => known(&KEPT, self.word()).map(Figure::Kept),
            "count" => known(&EVENTS, self.word()).map(Figure::Count),
            "items" => known(&EVENTS, self.word()).map(Figure::Items),
            "median" => self.measure().map(Figure::Median),
            "mean" => self.measure().map(Figure::Mean),
            "p90" => self.measure().map(Figure::P90),
            other => known(&REQUESTS, other).map(Figure::Requests),
        };
        let figure = figure.ok_or(lost)?;
        self.expect(')')?;
        Ok(figure)
    }

    fn measure(&mut self) -> Option<Measure> {
        if self.eat('"') {
            let (stage, rest) = self.rest.split_once('"')?;
            let stage = stage.to_owned();
            self.rest = rest.trim_start();
            return Some(Measure::Stage(stage));
        }
        let word = self.word().to_owned();
        let known = MEASURES.iter().find(|known| **known == word);
        known.map(|known| Measure::Known(known))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn value(text: &str) -> Option<f64> {
        Formula::parse(text).unwrap().value(&|figure| match figure {
            Figure::Requests("delivered") => Some(8.0),
            Figure::Requests("ordered") => Some(0.0),
            Figure::Kept("delivery") => Some(6.0),
            Figure::Median(Measure::Stage(stage)) if stage == "copy" => Some(2.5),
            _ => None,
        })
    }

    #[test]
    fn formulas_count() {
        for (text, result) in [
            ("1 + 2 * 3", Some(7.0)),
            ("(1 + 2) * 3", Some(9.0)),
            ("8 - 2 - 1", Some(5.0)),
            ("8 / 2 / 2", Some(2.0)),
            ("100 * kept(delivery) / delivered()", Some(75.0)),
            (
                "100*( delivered( )-kept( delivery ) )/delivered()",
                Some(25.0),
            ),
            ("median(\"copy\")", Some(2.5)),
            ("1 / ordered()", None),
            ("mean(rating)", None),
        ] {
            assert_eq!(value(text), result, "{text}");
        }
    }

    #[test]
    fn what_is_no_formula_is_refused() {
        for text in [
            "",
            "1 +",
            "(1",
            "1)",
            "kept()",
            "kept(x)",
            "delivered",
            "delivered(1)",
            "1 2",
            "median(\"copy)",
            "median(pace)",
            "1..2",
            "-1",
            "ordered() ordered()",
            "x()",
            "§",
        ] {
            assert!(Formula::parse(text).is_err(), "{text}");
        }
        assert!(Formula::parse(&"(".repeat(400)).is_err());
        assert!(Formula::parse(&"1+".repeat(400)).is_err());
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(text in "[-+*/() a-z0-9\"._é]{0,60}") {
            if let Ok(formula) = Formula::parse(&text) {
                let value = formula.value(&|_| Some(1.0));
                prop_assert!(value.is_none_or(f64::is_finite));
            }
        }
    }
}
