//! All that the typesetter can see: one template, the values it is given, and fonts. Every other file, every package
//! and the clock are refused, so that no text can reach for them.

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Dict, Duration};
use typst::syntax::{FileId, Source};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt as _, World};

use crate::fonts::Fonts;

const TEMPLATE: &str = include_str!("template.typ");

/// The world of one run.
pub struct Closed<'f> {
    library: LazyHash<Library>,
    template: Source,
    fonts: &'f Fonts,
}

impl<'f> Closed<'f> {
    /// A world in which `sys.inputs` holds these values and nothing else is to be had.
    pub fn new(values: Dict, fonts: &'f Fonts) -> Self {
        Self {
            library: LazyHash::new(Library::builder().with_inputs(values).build()),
            template: Source::detached(TEMPLATE),
            fonts,
        }
    }
}

impl World for Closed<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        self.fonts.book()
    }

    fn main(&self) -> FileId {
        self.template.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.template.id() { Ok(self.template.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, _: FileId) -> FileResult<Bytes> {
        Err(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.font(index)
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
