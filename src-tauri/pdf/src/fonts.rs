//! The fonts: those in the program, and from the system only what a text needs besides.
//!
//! In the program are Libertinus Serif (SIL Open Font License) for text, `DejaVu` Sans Mono (Bitstream Vera licence) for
//! code and New Computer Modern (GUST Font License) for mathematics, all from the `typst-assets` crate. They cover Latin,
//! Greek and Cyrillic, so that such a transcript is the same file on every machine. For other scripts, and for
//! emoji, the system's fonts are looked through once a run, and as few families as possible are taken: the one that
//! has most of what is missing, then the next.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use typst::text::{FontBook, FontInfo, FontStretch, FontStyle, FontWeight};
use typst::utils::LazyHash;
use typst_kit::fonts::{FontPath, FontStore};

/// The face for code.
const CODE: &str = "DejaVu Sans Mono";
/// Most families that are taken from the system.
const FAMILIES: usize = 16;

/// Which characters the chosen fonts have.
#[derive(Default)]
pub struct Coverage {
    blocks: BTreeMap<u32, [u64; 4]>,
    /// Letters that only the face for code has: they are shown in it, if the system has nothing better.
    poor: BTreeSet<u32>,
}

impl fmt::Debug for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Coverage({} blocks)", self.blocks.len())
    }
}

impl Coverage {
    /// Whether some font has a glyph for it.
    pub fn has(&self, c: char) -> bool {
        let code = u32::from(c);
        self.blocks.get(&(code >> 8)).is_some_and(|block| block[(code >> 6 & 3) as usize] >> (code & 63) & 1 == 1)
    }

    /// Whether a letter would be better in a font of the system.
    pub fn is_poor(&self, c: char) -> bool {
        self.poor.contains(&u32::from(c))
    }

    /// Says that this character cannot be shown, whatever the fonts claim.
    pub fn forget(&mut self, c: char) {
        let code = u32::from(c);
        if let Some(block) = self.blocks.get_mut(&(code >> 8)) {
            block[(code >> 6 & 3) as usize] &= !(1 << (code & 63));
        }
    }

    fn add(&mut self, info: &FontInfo) {
        for code in info.coverage.iter() {
            self.blocks.entry(code >> 8).or_default()[(code >> 6 & 3) as usize] |= 1 << (code & 63);
        }
    }
}

/// The fonts of a run.
pub struct Fonts {
    store: FontStore,
    /// What they have.
    pub coverage: Coverage,
    /// Families taken from the system, in the order in which they are asked.
    pub families: Vec<String>,
    looked: bool,
}

impl Fonts {
    /// The program's own.
    pub fn own() -> Self {
        let mut fonts =
            Self { store: FontStore::new(), coverage: Coverage::default(), families: Vec::new(), looked: false };
        let mut text = BTreeSet::new();
        let mut code = BTreeSet::new();
        for (font, info) in typst_kit::fonts::embedded() {
            fonts.coverage.add(&info);
            let letters = info.coverage.iter().filter(|&code| char::from_u32(code).is_some_and(char::is_alphabetic));
            if info.family == CODE {
                code.extend(letters);
            } else {
                text.extend(letters);
            }
            fonts.store.push((font, info));
        }
        fonts.coverage.poor = &code - &text;
        fonts
    }

    /// What the typesetter chooses from.
    pub fn book(&self) -> &LazyHash<FontBook> {
        self.store.book()
    }

    /// One of them.
    pub fn font(&self, index: usize) -> Option<typst::text::Font> {
        self.store.font(index)
    }

    /// Looks through the system's fonts for some characters, once. Whether anything was found.
    pub fn look_for(&mut self, missing: impl Iterator<Item = char>) -> bool {
        if std::mem::replace(&mut self.looked, true) {
            return false;
        }
        let mut missing: BTreeSet<u32> = missing.map(u32::from).collect();
        let mut system: Vec<(FontPath, FontInfo)> =
            typst_kit::fonts::system().filter(|(_, info)| missing.iter().any(|&c| info.coverage.contains(c))).collect();
        system.sort_by(|(a, a_info), (b, b_info)| {
            (&a_info.family, &a.path, a.index).cmp(&(&b_info.family, &b.path, b.index))
        });
        while self.families.len() < FAMILIES {
            let Some(family) = best(&system, &missing) else { break };
            let (taken, left): (Vec<_>, Vec<_>) = system.into_iter().partition(|(_, info)| info.family == family);
            system = left;
            for (path, info) in taken {
                missing.retain(|&c| !info.coverage.contains(c));
                self.coverage.add(&info);
                self.store.push((path, info));
            }
            self.families.push(family);
        }
        !self.families.is_empty()
    }
}

/// The family whose upright face has most of the characters; among equals, what suits a book.
fn best(system: &[(FontPath, FontInfo)], missing: &BTreeSet<u32>) -> Option<String> {
    let kana = missing.iter().any(|c| (0x3040..=0x30FF).contains(c));
    let hangul = missing.iter().any(|c| (0xAC00..=0xD7A3).contains(c));
    let mut best: Option<((usize, u8), &str)> = None;
    for (_, info) in system {
        let variant = info.variant;
        if variant.style != FontStyle::Normal
            || variant.stretch != FontStretch::NORMAL
            || variant.weight > FontWeight::MEDIUM
        {
            continue;
        }
        let count = missing.iter().filter(|&&c| info.coverage.contains(c)).count();
        let mark = (count, suits(&info.family, kana, hangul));
        if count > 0 && best.is_none_or(|(other, _)| mark > other) {
            best = Some((mark, &info.family));
        }
    }
    best.map(|(_, family)| family.to_owned())
}

fn suits(family: &str, kana: bool, hangul: bool) -> u8 {
    let region = if kana {
        " JP"
    } else if hangul {
        " KR"
    } else {
        " SC"
    };
    u8::from(family.starts_with("Noto"))
        + 2 * u8::from(family.contains("Serif") || family.contains("Naskh"))
        + 4 * u8::from(family.ends_with(region))
}
