//! Every kind of field with answers it takes and answers it refuses.

use crate::support::*;
use mil_process::form::*;
use serde_json::{Value, json};

/// Validates one field; the stored answer as JSON, or the message.
fn ask(kind: &Value, values: &[&str]) -> Result<Value, String> {
    let def = form(json!({"fields": [{"key": "q", "label": "Q", "kind": kind}]}));
    assert_eq!(check(&def), Ok(()), "{kind}");
    match validate(&def, &raw(&[("q", values)]), TODAY, false) {
        Ok(answers) => Ok(serde_json::to_value(answers.get("q")).unwrap()),
        Err(errors) => {
            assert_eq!((errors.len(), &errors[0].field[..]), (1, "q"));
            assert_message(&errors[0].msg);
            Err(errors[0].msg.to_string())
        }
    }
}

fn takes(kind: Value, cases: &[(&[&str], Value)]) {
    for (values, stored) in cases {
        assert_eq!(ask(&kind, values).as_ref(), Ok(stored), "{kind} {values:?}");
    }
}

fn refuses(kind: Value, cases: &[(&[&str], &str)]) {
    for (values, says) in cases {
        let said = ask(&kind, values).expect_err(&format!("{kind} {values:?}"));
        assert!(said.contains(says), "{kind} {values:?}: {said}");
    }
}

#[test]
fn lines_of_text() {
    let kind = json!({"type": "text", "min": 2, "max": 5});
    takes(
        kind.clone(),
        &[
            (&["Open"], json!({"text": "Open"})),
            (&["  häß  "], json!({"text": "häß"})),
            (&["äöüßé"], json!({"text": "äöüßé"})),
            (&["", "ab"], json!({"text": "ab"})),
            (&["  "], Value::Null),
            (&[], Value::Null),
        ],
    );
    refuses(
        kind,
        &[
            (&["a"], "at least 2"),
            (&["abcdef"], "6 characters. Shorten it to 5"),
            (&["a\nb"], "one line"),
            (&["a\u{0}b"], "control characters"),
            (&["a\u{85}b"], "control characters"),
            (&["ab", "cd"], "2 answers arrived"),
        ],
    );
    let long = "x".repeat(201);
    refuses(json!({"type": "text"}), &[(&[&long], "200 or fewer")]);
}

#[test]
fn long_texts() {
    takes(
        json!({"type": "long_text", "max": 9}),
        &[
            (&["a\r\nb\rc\td"], json!({"text": "a\nb\nc\td"})),
            (&["\n a \n"], json!({"text": "a"})),
        ],
    );
    refuses(
        json!({"type": "long_text", "max": 3}),
        &[
            (&["abcd"], "3 or fewer"),
            (&["a\u{b}b"], "control characters"),
            (&["a", "b"], "2 answers"),
        ],
    );
    let long = "x".repeat(5_001);
    refuses(json!({"type": "long_text"}), &[(&[&long], "5000 or fewer")]);
    let huge = "x".repeat(50_001);
    refuses(
        json!({"type": "long_text"}),
        &[(&[&huge], "longer than 50000")],
    );
}

#[test]
fn choices() {
    let options =
        json!([{"key": "a2", "label": "A2", "fact": "2 days"}, {"key": "a5", "label": "A5"}]);
    let choice = json!({"type": "choice", "options": options, "cards": true});
    takes(
        choice.clone(),
        &[
            (&["a2"], json!({"text": "a2"})),
            (&["", " a5 "], json!({"text": "a5"})),
        ],
    );
    refuses(
        choice,
        &[
            (&["A2"], "not among the options"),
            (&["a2", "a5"], "2 answers"),
        ],
    );
    let multi = json!({"type": "multi", "options": [
        {"key": "c", "label": "C"}, {"key": "a", "label": "A"}, {"key": "b", "label": "B"}],
        "min": 2, "max": 2});
    takes(
        multi.clone(),
        &[
            (&["a", "c"], json!({"many": ["c", "a"]})),
            (&["a", "b", "a"], json!({"many": ["a", "b"]})),
            (&[""], Value::Null),
        ],
    );
    refuses(
        multi,
        &[
            (&["a"], "1 options are ticked. Tick at least 2"),
            (&["a", "b", "c"], "Keep 2 or fewer"),
            (&["a", "x"], "“x” is not among"),
        ],
    );
}

#[test]
fn dates() {
    let kind = json!({"type": "date", "earliest_days": 3, "latest_days": 30});
    takes(
        kind.clone(),
        &[
            (&["2026-11-26"], json!({"date": "2026-11-26"})),
            (&["2026-12-23"], json!({"date": "2026-12-23"})),
        ],
    );
    refuses(
        kind,
        &[
            (&["2026-11-25"], "Choose 2026-11-26 or later"),
            (&["2026-12-24"], "Choose 2026-12-23 or earlier"),
            (&["2026-02-30"], "not a date"),
            (&["26.11.2026"], "not a date"),
            (&["2026-11-26T10:00"], "not a date"),
            (&["20261126"], "not a date"),
            (&["2026-11-26", "2026-11-27"], "2 answers"),
        ],
    );
    takes(
        json!({"type": "date"}),
        &[(&["0001-01-01"], json!({"date": "0001-01-01"}))],
    );
}

#[test]
fn numbers() {
    let kind =
        json!({"type": "number", "min": 0.5, "max": 10, "step": 0.5, "decimals": 2, "unit": "m"});
    takes(
        kind.clone(),
        &[
            (&["1,5"], json!({"number": 1.5})),
            (&["1.50"], json!({"number": 1.5})),
            (&[" 10 "], json!({"number": 10})),
        ],
    );
    refuses(
        kind,
        &[
            (&["0,4"], "0.4 is too small. Write 0.5 or more"),
            (&["-3"], "too small"),
            (&["10.01"], "too large. Write 10 or less"),
            (&["1.3"], "Write 0.5 plus a multiple of 0.5"),
            (&["1.500"], "more than 2 decimals"),
            (&["many"], "not a number"),
            (&["1e3"], "not a number"),
            (&["NaN"], "not a number"),
            (&["1 000"], "not a number"),
            (&["1", "2"], "2 answers"),
        ],
    );
    let whole = json!({"type": "number"});
    takes(
        whole.clone(),
        &[
            (&["1500"], json!({"number": 1500})),
            (&["-2"], json!({"number": -2})),
        ],
    );
    refuses(
        whole,
        &[
            (&["1,500"], "whole number without separators"),
            (&["1000000000"], "below 1000000000"),
        ],
    );
}

#[test]
fn people_files_and_yes_or_no() {
    takes(
        json!({"type": "person"}),
        &[(&["01J-ab_9"], json!({"person": "01J-ab_9"}))],
    );
    refuses(
        json!({"type": "person"}),
        &[(&["Priya N."], "from the list"), (&["a", "b"], "2 answers")],
    );

    let file = json!({"type": "file", "max_files": 2, "max_mb": 20, "types": ["pdf", "tif"]});
    takes(
        file.clone(),
        &[
            (
                &["f1:Logo: new.PDF", "f2"],
                json!({"files": [{"id": "f1", "name": "Logo: new.PDF"}, {"id": "f2", "name": ""}]}),
            ),
            (
                &["f1:a.pdf", "f1:b.pdf"],
                json!({"files": [{"id": "f1", "name": "a.pdf"}]}),
            ),
        ],
    );
    refuses(
        file,
        &[
            (&["f1", "f2", "f3"], "3 files are here. Keep 2"),
            (&["f1:logo.exe"], "Send one of: pdf, tif"),
            (&["f1:logo"], "Send one of"),
            (&["f 1:logo.pdf"], "add it again"),
            (&[":logo.pdf"], "add it again"),
            (&["f1:../logo.pdf"], "add it again"),
            (&["f1:fdp\u{202e}.pdf"], "add it again"),
            (&["f1:a\nb.pdf"], "add it again"),
        ],
    );

    let yes_no = json!({"type": "yes_no"});
    takes(
        yes_no.clone(),
        &[
            (&["yes"], json!({"yes_no": true})),
            (&["on"], json!({"yes_no": true})),
            (&["false"], json!({"yes_no": false})),
        ],
    );
    refuses(
        yes_no,
        &[
            (&["maybe"], "neither yes nor no"),
            (&["yes", "no"], "2 answers"),
        ],
    );
}

#[test]
fn required_fields_say_what_is_missing() {
    let options = json!([{"key": "a", "label": "A"}]);
    let cases = [
        (json!({"type": "text"}), "The answer is missing. Write one."),
        (
            json!({"type": "long_text"}),
            "The answer is missing. Write one.",
        ),
        (
            json!({"type": "choice", "options": options}),
            "Nothing is chosen",
        ),
        (
            json!({"type": "multi", "options": options}),
            "Nothing is ticked",
        ),
        (json!({"type": "date"}), "The date is missing"),
        (json!({"type": "number"}), "The number is missing"),
        (json!({"type": "person"}), "Nobody is chosen"),
        (json!({"type": "url"}), "The web address is missing"),
        (
            json!({"type": "file", "max_files": 1, "max_mb": 1}),
            "No file is here yet",
        ),
        (json!({"type": "yes_no"}), "Neither yes nor no"),
    ];
    for (kind, says) in cases {
        let def =
            form(json!({"fields": [{"key": "q", "label": "Q", "kind": kind, "required": true}]}));
        for posted in [raw(&[]), raw(&[("q", &[])]), raw(&[("q", &["", " "])])] {
            let errors = validate(&def, &posted, TODAY, false).unwrap_err();
            assert!(errors[0].msg.to_string().contains(says), "{kind}");
            assert_eq!(
                validate(&def, &posted, TODAY, true),
                Ok(Answers::new()),
                "{kind}"
            );
        }
    }
}
