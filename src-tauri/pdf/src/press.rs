//! Sets a part and prints it. A glyph that turns out to be missing only when words are set (a mark that its letter's
//! font has not) is replaced like any other, and the part is set again.

use std::collections::BTreeSet;
use std::fmt;

use typst::diag::SourceDiagnostic;
use typst::ecow::EcoVec;
use typst::foundations::{Array, Datetime, Dict, IntoValue, Smart, Value};
use typst::layout::{Frame, FrameItem};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use crate::date;
use crate::fonts::Fonts;
use crate::input::Part;
use crate::text::Words;
use crate::values::Writer;
use crate::world::Closed;

/// Times that a part is set anew for glyphs that were missing.
const ROUNDS: usize = 6;
/// Characters that the note at the end names.
const NAMED: usize = 200;

/// Why there is no PDF.
#[derive(Debug)]
pub enum Trouble {
    /// The input is not what [`crate::input`] describes.
    Input(String),
    /// The input is larger than is read.
    TooLarge,
    /// Standard input or output broke.
    Pipe(std::io::Error),
    /// The typesetter refused.
    Typesetting(String),
}

impl Trouble {
    /// A word for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Input(_) => "input",
            Self::TooLarge => "too_large",
            Self::Pipe(_) => "pipe",
            Self::Typesetting(_) => "typesetting",
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Input(why) => write!(f, "the transcript could not be understood: {why}"),
            Self::TooLarge => f.write_str("the transcript is more than 64 MiB"),
            Self::Pipe(why) => write!(f, "the transcript could not be passed on: {why}"),
            Self::Typesetting(why) => write!(f, "the transcript could not be set: {why}"),
        }
    }
}

/// The part as PDF/A-2b and PDF/UA-1.
///
/// # Errors
/// See [`Trouble`].
pub fn print(part: &Part) -> Result<Vec<u8>, Trouble> {
    if part.version != 1 {
        return Err(Trouble::Input(format!("version {} is not known", part.version)));
    }
    let made =
        date::fields(&part.made).and_then(datetime).ok_or_else(|| Trouble::Input("`made` is no time".to_owned()))?;
    let document = set(part, made)?;
    let standards = PdfStandards::new(&[PdfStandard::A_2b, PdfStandard::Ua_1])
        .map_err(|error| Trouble::Typesetting(error.message().to_string()))?;
    let options = PdfOptions {
        ident: Smart::Custom(format!("{}/{}/{}", part.title, part.made, part.number)),
        creator: Smart::Custom(Some(format!("Skein {}", env!("CARGO_PKG_VERSION")))),
        timestamp: Some(Timestamp::new_utc(made)),
        standards,
        ..PdfOptions::default()
    };
    typst_pdf::pdf(&document, &options).map_err(|errors| refused(&errors))
}

fn set(part: &Part, made: Datetime) -> Result<PagedDocument, Trouble> {
    let mut fonts = Fonts::own();
    for _ in 0..ROUNDS {
        let mut words = Words::new(&fonts.coverage);
        let mut values = Writer::new(&mut words).part(part);
        let (missing, poor) = (words.missing, words.poor);
        let wanted: Vec<char> = missing.keys().copied().chain(poor).collect();
        if !wanted.is_empty() && fonts.look_for(wanted.into_iter()) {
            continue;
        }
        values.insert("made".into(), made.into_value());
        values.insert(
            "fonts".into(),
            fonts.families.iter().map(|each| each.as_str().into_value()).collect::<Array>().into_value(),
        );
        let named = missing.iter().take(NAMED).map(|(c, times)| missed(*c, *times));
        values.insert("missing".into(), named.collect::<Array>().into_value());
        values.insert("unnamed".into(), (missing.len().saturating_sub(NAMED) as i64).into_value());
        let world = Closed::new(values, &fonts);
        let document: PagedDocument = typst::compile(&world).output.map_err(|errors| refused(&errors))?;
        let unset = unset(&document);
        if unset.is_empty() {
            return Ok(document);
        }
        typst::comemo::evict(0);
        for c in unset {
            fonts.coverage.forget(c);
        }
    }
    Err(Trouble::Typesetting("a font has no glyph for what it says it has".to_owned()))
}

fn missed(c: char, times: u64) -> Value {
    let mut dict = Dict::new();
    dict.insert("code".into(), format!("U+{:04X}", u32::from(c)).into_value());
    dict.insert("times".into(), (times as i64).into_value());
    Value::Dict(dict)
}

/// Characters that were set without a glyph.
fn unset(document: &PagedDocument) -> BTreeSet<char> {
    let mut found = BTreeSet::new();
    for page in document.pages() {
        look(&page.frame, &mut found);
    }
    found
}

fn look(frame: &Frame, found: &mut BTreeSet<char>) {
    for (_, item) in frame.items() {
        match item {
            FrameItem::Group(group) => look(&group.frame, found),
            FrameItem::Text(text) => {
                for glyph in text.glyphs.iter().filter(|glyph| glyph.id == 0) {
                    found.extend(text.text[glyph.range()].chars().filter(|c| !c.is_ascii()));
                }
            }
            _ => {}
        }
    }
}

fn datetime([year, month, day, hour, minute, second]: [u16; 6]) -> Option<Datetime> {
    let byte = |n: u16| u8::try_from(n).ok();
    Datetime::from_ymd_hms(i32::from(year), byte(month)?, byte(day)?, byte(hour)?, byte(minute)?, byte(second)?)
}

/// What the typesetter said, without what it quotes: errors hold no message text.
fn refused(errors: &EcoVec<SourceDiagnostic>) -> Trouble {
    let said = errors.first().map_or("", |error| error.message.as_str());
    Trouble::Typesetting(said.split('`').step_by(2).collect::<Vec<_>>().join("..."))
}
