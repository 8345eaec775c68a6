//! Nordhaven University, its marketing department and those who order there.

use std::collections::BTreeMap;

use jiff::Timestamp;
use mil_db::{Tx, sql};

use crate::Result;
use crate::actor::Role;
use crate::org::{self, Org};
use crate::people::{password, store};
use crate::random::new_id;
use crate::starter;

/// Somebody of the demo.
#[derive(Debug)]
#[allow(missing_docs)]
pub struct Somebody {
    pub key: &'static str,
    pub name: &'static str,
    pub email: &'static str,
    pub role: Role,
    pub title: &'static str,
    pub department: Option<&'static str>,
    /// Teams and groups; a star in front says that they lead it.
    pub teams: &'static [&'static str],
    pub lang: Option<&'static str>,
}

macro_rules! people {
    ($($key:literal $name:literal $role:ident $title:literal $dep:expr, [$($team:literal),*] $lang:expr;)*) => {
        /// Everybody, in the order of the list of people.
        pub const PEOPLE: &[Somebody] = &[$(Somebody {
            key: $key,
            name: $name,
            email: concat!($key, "@nordhaven.example"),
            role: Role::$role,
            title: $title,
            department: $dep,
            teams: &[$($team),*],
            lang: $lang,
        }),*];
    };
}

people! {
    "maren" "Maren Voss" Requester "Research coordinator" Some("life"), ["page-owners"] None;
    "rolf" "Rolf Brandt" Requester "Programme manager" Some("business"), ["page-owners"] Some("de");
    "birte" "Birte Nilsen" Requester "Head of admissions" Some("student-affairs"), ["page-owners", "senders"] None;
    "jette" "Jette Holm" Requester "Exchange coordinator" Some("international"), ["page-owners"] None;
    "ute" "Ute Sand" Requester "Librarian" Some("library"), ["page-owners"] Some("de");
    "per" "Per Lindqvist" Requester "Faculty manager" Some("medicine"), ["page-owners"] None;
    "katrin" "Katrin Ahlers" Requester "Assistant to the rector" Some("rectorate"), ["senders"] Some("de");
    "oskar" "Oskar Wolff" Requester "Alumni officer" Some("rectorate"), ["senders"] None;
    "fatma" "Fatma Yıldız" Requester "Student services" Some("student-affairs"), [] None;
    "georg" "Georg Timm" Requester "Course planner" Some("academy"), ["page-owners"] None;
    "pia" "Pia Sommer" Partner "Aquarium Nordhaven" None, ["partners"] None;
    "henrik" "Henrik Dahl" Partner "Port authority" None, ["partners"] None;
    "priya" "Priya Raman" Marketer "Designer" Some("marketing"), ["design"] None;
    "mei" "Mei Tanaka" Marketer "Designer" Some("marketing"), ["design", "print"] None;
    "tomas" "Tomás Ferreira" Marketer "Copywriter" Some("marketing"), ["content"] None;
    "emil" "Emil Krüger" Marketer "Copywriter" Some("marketing"), ["content", "campaigns"] Some("de");
    "aisha" "Aisha Bello" Marketer "Web editor" Some("marketing"), ["web"] None;
    "luca" "Luca Moretti" Marketer "Photographer" Some("marketing"), ["photo"] None;
    "nils" "Nils Petersen" Marketer "Print and events" Some("marketing"), ["print"] Some("de");
    "jonas" "Jonas Lindgren" Lead "Head of the marketing desk" Some("marketing"), ["*web", "*campaigns", "*photo"] None;
    "hanna" "Hanna Keller" Lead "Head of content and design" Some("marketing"), ["*content", "*design", "*print"] Some("de");
    "sofia" "Sofia Lund" Marketer "Campaign manager" Some("marketing"), ["campaigns"] None;
    "ivo" "Ivo Tanner" ItPartner "Systems for marketing" Some("it"), ["*it"] None;
    "clara" "Clara Vogt" Marketer "Web editor" Some("marketing"), ["web"] None;
    "ada" "Ada Winter" Administrator "Runs this installation" Some("it"), [] None;
}

/// Those whom the sign-in page offers, one for each role.
pub const OFFERED: &[&str] = &["maren", "pia", "priya", "jonas", "ivo", "ada"];

const DEPARTMENTS: &[(&str, &str)] = &[
    ("life", "Life Sciences"),
    ("business", "Business School"),
    ("medicine", "Medicine"),
    ("student-affairs", "Student Affairs"),
    ("international", "International Office"),
    ("library", "Library"),
    ("rectorate", "Rectorate"),
    ("academy", "Academy for Professionals"),
    ("marketing", "Marketing and Communications"),
    ("it", "IT Services"),
];

const TEAMS: &[(&str, &str, &str, &str)] = &[
    ("web", "team", "Web", "Pages, forms and everything online"),
    ("design", "team", "Design", "Posters, layouts and the brand"),
    (
        "content",
        "team",
        "Content",
        "Texts that people finish reading",
    ),
    (
        "campaigns",
        "team",
        "Campaigns and email",
        "Reaching students, alumni and the city",
    ),
    (
        "photo",
        "team",
        "Photo and video",
        "Pictures, films and subtitles",
    ),
    (
        "print",
        "team",
        "Print and events",
        "Print shops, stands and deliveries",
    ),
    (
        "it",
        "team",
        "IT partner",
        "Lists, forms and sending systems",
    ),
    (
        "page-owners",
        "group",
        "Page owners",
        "May order changes of web pages",
    ),
    ("senders", "group", "Senders", "May order emails to many"),
    (
        "partners",
        "group",
        "Partners of the city",
        "Institutions that publish with us",
    ),
];

/// Ids by key.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)]
pub struct Ids {
    pub people: BTreeMap<&'static str, String>,
    pub teams: BTreeMap<&'static str, String>,
    pub departments: BTreeMap<&'static str, String>,
}

/// The settings of the organisation.
pub fn settings() -> Org {
    Org {
        name: "Nordhaven".to_owned(),
        tagline: "Marketing services".to_owned(),
        help_line: "Marketing desk: Mon–Fri 8:30–16:30, ext. 4410".to_owned(),
        hue: 250.0,
        chroma: 0.15,
        ..Org::default()
    }
}

/// Everybody and everything they belong to.
pub async fn install(tx: &mut Tx, now: Timestamp) -> Result<Ids> {
    org::write_setting(tx, now, "org", &settings()).await?;
    let mut ids = Ids::default();
    for (key, name) in DEPARTMENTS {
        let id = new_id(now);
        sql("INSERT INTO department (id, name, created_at) VALUES ($1, $2, $3)")
            .bind(&id)
            .bind(*name)
            .bind(now.as_microsecond())
            .run(tx)
            .await?;
        ids.departments.insert(key, id);
    }
    for (key, kind, name, purpose) in TEAMS {
        let id = starter::team(tx, now, kind, name, Some(purpose)).await?;
        ids.teams.insert(key, id);
    }
    // One hash for all: it is the same password, and hashing is slow on purpose.
    let hash = password::hash(super::PASSWORD.to_owned()).await?;
    for person in PEOPLE {
        let department = person.department.map(|key| ids.departments[key].clone());
        let id = store::insert(
            tx,
            now,
            person.email,
            person.name,
            person.role,
            Some(person.title),
            department.as_deref(),
            Some(&hash),
        )
        .await?;
        if let Some(lang) = person.lang {
            sql("UPDATE person SET lang = $1 WHERE id = $2")
                .bind(lang)
                .bind(&id)
                .run(tx)
                .await?;
        }
        for team in person.teams {
            let leads = team.starts_with('*').then_some(now.as_microsecond());
            sql("INSERT INTO team_member (team_id, person_id, leads_since) VALUES ($1, $2, $3)")
                .bind(&ids.teams[team.trim_start_matches('*')])
                .bind(&id)
                .bind(leads)
                .run(tx)
                .await?;
        }
        ids.people.insert(person.key, id);
    }
    Ok(ids)
}
