//! Packs from strangers: whatever is in them, they are refused with file and
//! line, or they are sound and can be adopted.

use std::collections::BTreeMap;

use crate::harness::TestApp;
use mil::error::Error;
use mil::practices::merge::Choices;
use mil::practices::model::Wishes;
use mil::practices::pack::Pack;
use mil::practices::{adopt, archive, import, library, upgrade};
use mil_db::sql;

async fn rows(app: &TestApp) -> Vec<i64> {
    let mut counts = Vec::new();
    for table in [
        "service",
        "process",
        "promise",
        "category",
        "practice_adoption",
        "practice_part",
        "practice_import",
        "event",
    ] {
        let n: i64 = sql(format!("SELECT COUNT(*) AS n FROM {table}"))
            .value("n", &app.app.db)
            .await
            .unwrap();
        counts.push(n);
    }
    counts
}

/// Small and repeatable; nothing secret depends on it.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % u64::try_from(sides.max(1)).unwrap()).unwrap()
    }
}

#[tokio::test]
async fn a_thousand_corrupted_packs_are_refused_or_sound() {
    let app = TestApp::sqlite().await;
    let ada = app.actor("ada").await;
    let ctx = app.ctx(ada.clone());
    let all = library::files();
    let keys: Vec<&str> = all.keys().copied().collect();
    let start = rows(&app).await;
    let (mut refused, mut sound, mut upgraded) = (0, 0, 0);
    for seed in 0..1000u64 {
        let mut dice = Dice(seed + 1);
        let key = keys[dice.roll(keys.len())];
        let mut files = all[key].clone();
        let paths: Vec<String> = files.keys().cloned().collect();
        let path = &paths[dice.roll(paths.len())];
        let mut bytes = files[path].clone();
        match dice.roll(8) {
            0 => {
                let at = dice.roll(bytes.len());
                bytes.truncate(at);
            }
            1 => {
                let at = dice.roll(bytes.len());
                bytes[at] = u8::try_from(dice.roll(256)).unwrap();
            }
            2 => {
                let at = dice.roll(bytes.len());
                bytes.insert(at, b"\"={}[]\x00\xff"[dice.roll(8)]);
            }
            3 => {
                let mut lines: Vec<&[u8]> = bytes.split(|b| *b == b'\n').collect();
                lines.remove(dice.roll(lines.len()));
                bytes = lines.join(&b'\n');
            }
            4 => {
                let mut lines: Vec<&[u8]> = bytes.split(|b| *b == b'\n').collect();
                let at = dice.roll(lines.len());
                lines.insert(at, lines[dice.roll(lines.len())]);
                bytes = lines.join(&b'\n');
            }
            5 => {
                let text = String::from_utf8(bytes).unwrap();
                let words = [
                    "role", "key", "name", "field", "type", "process", "promise", "1",
                ];
                let (from, to) = (words[dice.roll(8)], words[dice.roll(8)]);
                bytes = text.replacen(from, to, 1 + dice.roll(3)).into_bytes();
            }
            6 => {
                files.remove(path);
                bytes.clear();
            }
            _ => {
                files.insert("services/../../x.toml".into(), bytes.clone());
            }
        }
        if files.contains_key(path) {
            files.insert(path.clone(), bytes);
        }
        match Pack::read(key, &files, None) {
            Err(problems) => {
                refused += 1;
                assert!(!problems.is_empty());
                for p in problems {
                    let lines = files
                        .get(&p.file)
                        .map_or(1, |f| f.split(|b| *b == b'\n').count());
                    assert!(
                        !p.file.is_empty() && (1..=lines + 1).contains(&p.line),
                        "{seed}: {p}"
                    );
                }
            }
            Ok(pack) => {
                sound += 1;
                // Whatever is taken as sound can be adopted, and leaves nothing behind.
                let bytes = archive::write(&pack).unwrap();
                assert_eq!(archive::read(&bytes).as_ref(), Ok(&pack), "{seed}");
                if sound % 8 == 0 {
                    // Every other one comes as the next version of what is adopted.
                    let adopted = sound % 16 == 0
                        && adopt::adopt(&ctx, &ada, key, &Wishes::default())
                            .await
                            .is_ok();
                    let mut newer = pack.clone();
                    newer.meta.version.0[0] += 1 + u32::try_from(seed).unwrap();
                    import::import(&ctx, &ada, &archive::write(&newer).unwrap())
                        .await
                        .unwrap();
                    let before = rows(&app).await;
                    let tried = if adopted {
                        upgrade::upgrade(&ctx, &ada, key, None, &Choices::new()).await
                    } else {
                        adopt::adopt(&ctx, &ada, key, &Wishes::default()).await
                    };
                    upgraded += usize::from(adopted && tried.is_ok());
                    let live = adopted || tried.is_ok();
                    if let Err(error) = tried {
                        assert!(!matches!(error, Error::Internal(_)), "{seed}: {error:?}");
                        assert_eq!(rows(&app).await, before, "{seed}: half of it is there");
                    }
                    if live {
                        adopt::leave(&ctx, &ada, key).await.unwrap();
                    }
                }
            }
        }
    }
    assert!(
        refused > 300 && sound > 50 && upgraded > 3,
        "{refused} refused, {sound} sound, {upgraded} upgraded"
    );
    assert!(rows(&app).await >= start);
    // Archives that are broken themselves.
    let pack = &library::packs()[keys[0]];
    let bytes = archive::write(pack).unwrap();
    for seed in 0..500u64 {
        let mut dice = Dice(seed * 7 + 3);
        let mut bad = bytes.clone();
        for _ in 0..=dice.roll(4) {
            let at = dice.roll(bad.len());
            bad[at] ^= 1 << dice.roll(8);
        }
        if dice.roll(4) == 0 {
            let at = dice.roll(bad.len());
            bad.truncate(at);
        }
        let before = rows(&app).await;
        match import::import(&ctx, &ada, &bad).await {
            Err(Error::Invalid(problems)) => {
                assert!(!problems.is_empty());
                assert_eq!(rows(&app).await, before, "{seed}: half imported");
            }
            Err(error) => panic!("{seed}: {error:?}"),
            Ok(same) => assert_eq!(&same.key, &pack.key, "{seed}"),
        }
    }
}

#[test]
fn a_pack_that_would_fill_the_memory_is_refused() {
    use std::io::Write;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    zip.start_file("bomb/guide.md", options).unwrap();
    let zeros = vec![b'a'; 1 << 20];
    for _ in 0..64 {
        zip.write_all(&zeros).unwrap();
    }
    let bytes = zip.finish().unwrap().into_inner();
    assert!(bytes.len() < 1 << 20);
    let problems = archive::read(&bytes).unwrap_err();
    assert!(
        problems.iter().any(|p| p.file == "guide.md"),
        "{problems:?}"
    );
    let none: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    assert!(Pack::read("x", &none, None).is_err());
}
