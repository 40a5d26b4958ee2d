//! Labelled pages.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use serde::Deserialize;

/// Which part of a set is read. The parts are fixed by the page's name, so that rules can be tuned on three quarters and
/// judged on the last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Split {
    All,
    Tune,
    Held,
}

impl Split {
    pub fn from_environment() -> Result<Self, String> {
        match std::env::var("QUALITY_SPLIT").as_deref() {
            Err(_) | Ok("all" | "") => Ok(Self::All),
            Ok("tune") => Ok(Self::Tune),
            Ok("held") => Ok(Self::Held),
            Ok(other) => Err(format!("QUALITY_SPLIT={other}: expected all, tune or held")),
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Tune => "tune",
            Self::Held => "held",
        }
    }

    fn takes(self, id: &str) -> bool {
        let hash = fnv(id);
        match self {
            Self::All => true,
            Self::Tune => hash & 0x300 != 0x300,
            Self::Held => hash & 0x300 == 0x300,
        }
    }
}

/// FNV-1a: the same on every machine.
pub fn fnv(id: &str) -> u64 {
    id.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Gold {
    pub id: String,
    #[serde(default)]
    pub url: Option<String>,
    #[serde(default)]
    pub article_body: Option<String>,
    #[serde(default)]
    pub headline: Option<String>,
    #[serde(default)]
    pub author: Option<String>,
    #[serde(default)]
    pub date_published: Option<String>,
}

/// One page and what a careful reader takes from it.
pub struct Page {
    pub gold: Gold,
    pub html: Vec<u8>,
}

pub struct Set {
    pub name: String,
    folder: PathBuf,
}

/// The sets of a folder, by name.
pub fn sets(folder: &Path) -> Result<Vec<Set>, String> {
    let entries = std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut sets: Vec<Set> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.join("gold.jsonl").is_file())
        .filter_map(|path| Some(Set { name: path.file_name()?.to_str()?.to_owned(), folder: path }))
        .collect();
    sets.sort_by(|left, right| left.name.cmp(&right.name));
    Ok(sets)
}

impl Set {
    pub fn read(&self, split: Split) -> Result<Vec<Page>, String> {
        let path = self.folder.join("gold.jsonl");
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let mut pages = Vec::new();
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let gold: Gold =
                serde_json::from_str(line).map_err(|error| format!("{}: {error}", path.display()))?;
            if !split.takes(&gold.id) {
                continue;
            }
            let page = self.folder.join("html").join(format!("{}.html.gz", gold.id));
            let mut html = Vec::new();
            let read = File::open(&page).and_then(|file| GzDecoder::new(file).read_to_end(&mut html));
            match read {
                Ok(_) => pages.push(Page { gold, html }),
                Err(error) => eprintln!("{}: {error}; left out", page.display()),
            }
        }
        Ok(pages)
    }
}
