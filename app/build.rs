//! Fetches the third-party files of the web pages (named and locked in `web/`),
//! joins our own, and writes what the server embeds to `OUT_DIR`.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

#[path = "src/bundle/join.rs"]
mod join;

/// The third-party files that are served: path in `node_modules`, name in `OUT_DIR`.
const VENDOR: &[(&str, &str)] = &[("htmx.org/dist/htmx.min.js", "htmx.js")];

fn main() {
    let app = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let web = app.join("../web");
    for path in ["package-lock.json", "css", "js", "img"] {
        println!("cargo:rerun-if-changed={}", web.join(path).display());
    }
    println!("cargo:rerun-if-changed={}", app.join("locale").display());
    println!("cargo:rerun-if-env-changed=MIL_WEB_DIR");

    let modules = modules(&web, &out);
    for (from, to) in VENDOR {
        let from = modules.join(from);
        fs::copy(&from, out.join(to)).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
    }
    for ext in ["css", "js"] {
        let text = join::join(&web.join(ext), ext).expect("web/ can be read");
        fs::write(out.join(format!("mil.{ext}")), text).expect("OUT_DIR can be written");
    }
    fs::write(out.join("locale.rs"), locale(&app.join("locale/de")))
        .expect("OUT_DIR can be written");
    let library = app.join("../library");
    println!("cargo:rerun-if-changed={}", library.display());
    fs::write(out.join("library.rs"), list(&library)).expect("OUT_DIR can be written");
}

/// The `node_modules` to copy from: the one in `MIL_WEB_DIR` if that is set, or
/// else one in `OUT_DIR`, installed anew when the lock file has changed.
fn modules(web: &Path, out: &Path) -> PathBuf {
    if let Some(dir) = env::var_os("MIL_WEB_DIR") {
        return PathBuf::from(dir).join("node_modules");
    }
    let lock = fs::read(web.join("package-lock.json")).expect("web/package-lock.json can be read");
    let dir = out.join("web");
    let modules = dir.join("node_modules");
    let stamp = dir.join("installed-lock.json");
    if modules.is_dir() && fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return modules;
    }
    fs::create_dir_all(&dir).expect("OUT_DIR can be written");
    for name in ["package.json", "package-lock.json"] {
        fs::copy(web.join(name), dir.join(name)).expect("web/ can be read");
    }
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let run = Command::new(npm)
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(&dir)
        .output();
    match run {
        Ok(done) if done.status.success() => {}
        Ok(done) => panic!(
            "`npm ci` failed in {}:\n{}\n\nFor a build without a network, run `npm ci --ignore-scripts` in web/ \
             beforehand and set MIL_WEB_DIR to that directory.",
            dir.display(),
            String::from_utf8_lossy(&done.stderr)
        ),
        Err(error) => panic!(
            "npm is needed to fetch the web packages, and could not be started: {error}.\n\
             Install Node.js with npm, or set MIL_WEB_DIR to a directory with a ready node_modules."
        ),
    }
    fs::write(stamp, lock).expect("OUT_DIR can be written");
    modules
}

/// A list of every German message file, so that a new file needs no registration.
fn locale(dir: &Path) -> String {
    let mut paths: Vec<_> = fs::read_dir(dir)
        .expect("app/locale/de can be read")
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|ext| ext == "po"))
        .collect();
    paths.sort();
    let mut out = String::from("pub const DE: &[(&str, &str)] = &[\n");
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        out.push_str(&format!("    ({name:?}, include_str!({path:?})),\n"));
    }
    out.push_str("];\n");
    out
}

/// The files of the library: path below `library/` and bytes.
fn list(dir: &Path) -> String {
    let mut left = vec![dir.to_owned()];
    let mut paths = Vec::new();
    while let Some(dir) = left.pop() {
        for entry in fs::read_dir(&dir).expect("library/ can be read").flatten() {
            let path = entry.path();
            if path.is_dir() {
                left.push(path);
            } else {
                paths.push(path);
            }
        }
    }
    paths.sort();
    let mut out = String::from("pub const FILES: &[(&str, &[u8])] = &[\n");
    for path in paths {
        let name = path.strip_prefix(dir).expect("below library/");
        let name = name.to_string_lossy().replace('\\', "/");
        out.push_str(&format!("    ({name:?}, include_bytes!({path:?})),\n"));
    }
    out.push_str("];\n");
    out
}
