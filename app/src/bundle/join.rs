//! One file out of several: the build script embeds the result, and a debug
//! server makes it afresh for each request. Shared by both, so that they agree.

use std::{fs, io, path::Path};

/// Joins every file in `dir` whose name ends in `.ext`, in the order of names.
pub fn join(dir: &Path, ext: &str) -> io::Result<String> {
    let mut paths: Vec<_> = fs::read_dir(dir)?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|found| found == ext))
        .collect();
    paths.sort();
    let mut out = String::new();
    for path in paths {
        let text = fs::read_to_string(&path)?;
        match ext {
            "js" => out.push_str(&one_scope(&text)),
            _ => out.push_str(&text),
        }
        out.push('\n');
    }
    Ok(out)
}

/// Our modules share one scope when they are served: `import` lines go, and so
/// does the word `export`. Comment lines and indentation go too, which is most
/// of what a minifier would save.
fn one_scope(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        let line = line.trim();
        if line.is_empty() || line.starts_with("//") || line.starts_with("import ") {
            continue;
        }
        out.push_str(line.strip_prefix("export ").unwrap_or(line));
        out.push('\n');
    }
    out
}
