//! Makes words fit to be set: no control character, a box where no font has a glyph, a place to break in what
//! is too long for a line.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use unicode_segmentation::UnicodeSegmentation as _;

use crate::fonts::Coverage;

/// What stands where no font has a glyph.
pub const BOX: char = '\u{25A1}';

/// Prepares words, and remembers which characters could not be shown.
#[derive(Debug)]
pub struct Words<'f> {
    coverage: &'f Coverage,
    /// Characters without a glyph, and how often they were met.
    pub missing: BTreeMap<char, u64>,
    /// Letters that a font of the system would show better.
    pub poor: BTreeSet<char>,
}

impl<'f> Words<'f> {
    /// For what the fonts cover.
    pub const fn new(coverage: &'f Coverage) -> Self {
        Self { coverage, missing: BTreeMap::new(), poor: BTreeSet::new() }
    }

    /// Words for a place that is `room` em wide.
    pub fn set(&mut self, text: &str, room: f32) -> String {
        broken(&self.clean(text), room)
    }

    /// Words whose lines stay as they are.
    pub fn clean(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        for c in text.chars() {
            match c {
                '\n' | '\t' | ' '..='~' => out.push(c),
                _ if turns(c) => drop(write!(out, "[U+{:04X}]", u32::from(c))),
                _ if c.is_control() || is_nothing(c) => {}
                _ if is_joining(c) || self.coverage.has(c) => {
                    if self.coverage.is_poor(c) {
                        self.poor.insert(c);
                    }
                    out.push(c);
                }
                _ => {
                    *self.missing.entry(c).or_default() += 1;
                    out.push(BOX);
                }
            }
        }
        out
    }
}

/// Whether the words run from right to left: their first letter decides.
pub fn is_rtl(text: &str) -> bool {
    text.chars().find(|c| c.is_alphabetic()).is_some_and(|c| {
        matches!(u32::from(c), 0x0590..=0x08FF | 0xFB1D..=0xFDFF | 0xFE70..=0xFEFE | 0x1_0800..=0x1_0FFF | 0x1_E800..=0x1_EFFF)
    })
}

/// How wide words are, roughly, in em; nothing is measured.
pub fn width(text: &str) -> f32 {
    text.chars().map(advance).sum()
}

/// Longest stretch without a place to break: about where lines end anyway.
fn broken(text: &str, room: f32) -> String {
    let step = (room / 3.0).max(2.0);
    if !text.split(char::is_whitespace).any(|word| width(word) > room) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for word in text.split_inclusive(char::is_whitespace) {
        if width(word) <= room {
            out.push_str(word);
            continue;
        }
        let mut run = 0.0;
        for cluster in word.graphemes(true) {
            let wide = width(cluster);
            if run + wide > step {
                out.push('\u{200B}');
                run = 0.0;
            }
            run += wide;
            out.push_str(cluster);
        }
    }
    out
}

fn advance(c: char) -> f32 {
    match c {
        'i' | 'j' | 'l' | 'f' | 't' | 'r' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' => 0.32,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 0.95,
        'A'..='Z' => 0.7,
        ' '..='~' => 0.53,
        _ if is_joining(c) => 0.0,
        '\u{0080}'..='\u{10FF}' => 0.65,
        _ => 1.05,
    }
}

/// Whether a character turns the direction of what follows, whatever that is.
const fn turns(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Marks that change how their neighbours look and need no glyph of their own.
const fn is_joining(c: char) -> bool {
    matches!(c, '\u{00AD}' | '\u{034F}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FE00}'..='\u{FE0F}' | '\u{E0020}'..='\u{E007F}')
}

/// What must not stand in a PDF's text, and is nothing to see.
fn is_nothing(c: char) -> bool {
    matches!(c, '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{2061}'..='\u{2064}' | '\u{206A}'..='\u{206F}' | '\u{E0000}'..='\u{E001F}')
        || (u32::from(c) & 0xFFFE) == 0xFFFE
}
