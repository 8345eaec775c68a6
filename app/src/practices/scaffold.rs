//! The beginning of a practice, for whoever writes one.

use super::pack::Files;

/// Files of a practice that is sound and says where to go on.
pub fn files(key: &str, name: &str) -> Files {
    let name = toml::Value::from(name).to_string();
    let fill = |text: &str| text.replace("{key}", key).replace("\"{name}\"", &name);
    [
        (
            "practice.toml".to_owned(),
            include_str!("scaffold/practice.toml"),
        ),
        ("guide.md".to_owned(), include_str!("scaffold/guide.md")),
        (
            format!("services/{key}.toml"),
            include_str!("scaffold/service.toml"),
        ),
        (
            format!("processes/{key}.toml"),
            include_str!("scaffold/process.toml"),
        ),
        (
            format!("promises/{key}.toml"),
            include_str!("scaffold/promise.toml"),
        ),
    ]
    .into_iter()
    .map(|(path, text)| (path, fill(text).into_bytes()))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::practices::Pack;

    #[test]
    fn what_is_written_is_sound() {
        let pack = Pack::read(
            "photo-walk",
            &files("photo-walk", "The \"photo\" walk"),
            None,
        );
        assert_eq!(pack.unwrap().meta.name, "The \"photo\" walk");
    }
}
