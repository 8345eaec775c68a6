//! Conditions put together at run time, values always bound.

use crate::Value;

/// The WHERE part of a list: fixed texts with `?` where a value goes, joined
/// by AND. The texts come from the program, never from input.
#[derive(Debug, Default, Clone)]
pub struct Where {
    text: String,
    values: Vec<Value>,
}

impl Where {
    /// No condition yet.
    pub fn new() -> Where {
        Where::default()
    }

    /// Add a condition. Each `?` takes the next of `values`.
    ///
    /// # Panics
    /// When the count of `?` and of values differ: a bug in the program.
    pub fn and(&mut self, condition: &str, values: impl IntoIterator<Item = Value>) -> &mut Where {
        if !self.text.is_empty() {
            self.text.push_str(" AND ");
        }
        self.text.push('(');
        let before = self.values.len();
        self.values.extend(values);
        let mut next = before;
        for part in condition.split_inclusive('?') {
            match part.strip_suffix('?') {
                Some(head) => {
                    next += 1;
                    self.text.push_str(head);
                    self.text.push_str(&format!("${next}"));
                }
                None => self.text.push_str(part),
            }
        }
        self.text.push(')');
        assert_eq!(next, self.values.len(), "values for {condition:?}");
        self
    }

    /// `column IN (…)`; an empty list matches nothing.
    pub fn and_in<V: Into<Value>>(
        &mut self,
        column: &str,
        values: impl IntoIterator<Item = V>,
    ) -> &mut Where {
        let values: Vec<Value> = values.into_iter().map(Into::into).collect();
        if values.is_empty() {
            return self.and("1 = 0", []);
        }
        let marks = vec!["?"; values.len()].join(", ");
        self.and(&format!("{column} IN ({marks})"), values)
    }

    /// Add what `conditions` adds, for all rows but those of which `except` is true.
    pub fn unless(&mut self, except: &str, conditions: impl FnOnce(&mut Where)) -> &mut Where {
        let before = std::mem::take(&mut self.text);
        conditions(self);
        let inner = std::mem::replace(&mut self.text, before);
        if !inner.is_empty() {
            if !self.text.is_empty() {
                self.text.push_str(" AND ");
            }
            self.text.push_str(&format!("({except} OR ({inner}))"));
        }
        self
    }

    /// The text after WHERE; `1 = 1` when there is no condition.
    pub fn text(&self) -> &str {
        if self.text.is_empty() {
            "1 = 1"
        } else {
            &self.text
        }
    }

    /// The bound values, in order.
    pub fn values(&self) -> Vec<Value> {
        self.values.clone()
    }

    /// The number of the next placeholder after these.
    pub fn next(&self) -> usize {
        self.values.len() + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_on() {
        let mut filter = Where::new();
        assert_eq!(filter.text(), "1 = 1");
        filter.and("a = ? OR b > ?", ["x".into(), 2_i64.into()]);
        filter.and("c IS NULL", []).and_in("d", ["p", "q"]);
        filter.and_in("e", Vec::<String>::new());
        assert_eq!(
            filter.text(),
            "(a = $1 OR b > $2) AND (c IS NULL) AND (d IN ($3, $4)) AND (1 = 0)"
        );
        assert_eq!(filter.values().len(), 4);
        assert_eq!(filter.next(), 5);
    }

    #[test]
    fn an_exception_spares_from_all_that_is_added() {
        let mut filter = Where::new();
        filter.and("a = ?", ["x".into()]);
        filter.unless("b IS NULL", |_| ());
        assert_eq!(filter.text(), "(a = $1)");
        filter.unless("b IS NULL", |f| {
            f.and("c = ?", ["y".into()]).and("d = ?", ["z".into()]);
        });
        assert_eq!(
            filter.text(),
            "(a = $1) AND (b IS NULL OR ((c = $2) AND (d = $3)))"
        );
    }
}
