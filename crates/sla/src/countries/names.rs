/// A country whose holidays are known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Country {
    /// ISO 3166-1 alpha-2.
    pub code: &'static str,
    /// English name.
    pub name: &'static str,
    /// Parts with holidays of their own; empty where none are known.
    pub regions: &'static [Region],
}

/// A state, province, canton or nation of a country.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Region {
    /// ISO 3166-2 without the country.
    pub code: &'static str,
    /// Name as its people write it.
    pub name: &'static str,
}

impl Country {
    /// The region with this code; capitals do not matter.
    pub fn region(&self, code: &str) -> Option<&'static Region> {
        self.regions
            .iter()
            .find(|region| region.code.eq_ignore_ascii_case(code))
    }
}

/// The countries with their regions, in order of code.
pub fn countries() -> &'static [Country] {
    COUNTRIES
}

const fn country(code: &'static str, name: &'static str, regions: &'static [Region]) -> Country {
    Country {
        code,
        name,
        regions,
    }
}

const fn region(code: &'static str, name: &'static str) -> Region {
    Region { code, name }
}

const COUNTRIES: &[Country] = &[
    country("AT", "Austria", &[]),
    country("AU", "Australia", AU_REGIONS),
    country("BE", "Belgium", &[]),
    country("BR", "Brazil", &[]),
    country("CA", "Canada", CA_REGIONS),
    country("CH", "Switzerland", CH_REGIONS),
    country("CZ", "Czechia", &[]),
    country("DE", "Germany", DE_REGIONS),
    country("DK", "Denmark", &[]),
    country("ES", "Spain", &[]),
    country("FI", "Finland", &[]),
    country("FR", "France", &[]),
    country("GB", "United Kingdom", GB_REGIONS),
    country("IE", "Ireland", &[]),
    country("IT", "Italy", &[]),
    country("NL", "Netherlands", &[]),
    country("NO", "Norway", &[]),
    country("PL", "Poland", &[]),
    country("PT", "Portugal", &[]),
    country("SE", "Sweden", &[]),
    country("US", "United States", &[]),
];

const AU_REGIONS: &[Region] = &[
    region("ACT", "Australian Capital Territory"),
    region("NSW", "New South Wales"),
    region("NT", "Northern Territory"),
    region("QLD", "Queensland"),
    region("SA", "South Australia"),
    region("TAS", "Tasmania"),
    region("VIC", "Victoria"),
    region("WA", "Western Australia"),
];

const CA_REGIONS: &[Region] = &[
    region("AB", "Alberta"),
    region("BC", "British Columbia"),
    region("MB", "Manitoba"),
    region("NB", "New Brunswick"),
    region("NL", "Newfoundland and Labrador"),
    region("NS", "Nova Scotia"),
    region("NT", "Northwest Territories"),
    region("NU", "Nunavut"),
    region("ON", "Ontario"),
    region("PE", "Prince Edward Island"),
    region("QC", "Québec"),
    region("SK", "Saskatchewan"),
    region("YT", "Yukon"),
];

const CH_REGIONS: &[Region] = &[
    region("AG", "Aargau"),
    region("AI", "Appenzell Innerrhoden"),
    region("AR", "Appenzell Ausserrhoden"),
    region("BE", "Bern"),
    region("BL", "Basel-Landschaft"),
    region("BS", "Basel-Stadt"),
    region("FR", "Fribourg"),
    region("GE", "Genève"),
    region("GL", "Glarus"),
    region("GR", "Graubünden"),
    region("JU", "Jura"),
    region("LU", "Luzern"),
    region("NE", "Neuchâtel"),
    region("NW", "Nidwalden"),
    region("OW", "Obwalden"),
    region("SG", "St. Gallen"),
    region("SH", "Schaffhausen"),
    region("SO", "Solothurn"),
    region("SZ", "Schwyz"),
    region("TG", "Thurgau"),
    region("TI", "Ticino"),
    region("UR", "Uri"),
    region("VD", "Vaud"),
    region("VS", "Valais"),
    region("ZG", "Zug"),
    region("ZH", "Zürich"),
];

const DE_REGIONS: &[Region] = &[
    region("BB", "Brandenburg"),
    region("BE", "Berlin"),
    region("BW", "Baden-Württemberg"),
    region("BY", "Bayern"),
    region("HB", "Bremen"),
    region("HE", "Hessen"),
    region("HH", "Hamburg"),
    region("MV", "Mecklenburg-Vorpommern"),
    region("NI", "Niedersachsen"),
    region("NW", "Nordrhein-Westfalen"),
    region("RP", "Rheinland-Pfalz"),
    region("SH", "Schleswig-Holstein"),
    region("SL", "Saarland"),
    region("SN", "Sachsen"),
    region("ST", "Sachsen-Anhalt"),
    region("TH", "Thüringen"),
];

const GB_REGIONS: &[Region] = &[
    region("ENG", "England"),
    region("NIR", "Northern Ireland"),
    region("SCT", "Scotland"),
    region("WLS", "Wales"),
];
