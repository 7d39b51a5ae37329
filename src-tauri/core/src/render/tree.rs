//! A message as a tree: what every writer reads. It is ours, small, and bounded in depth and
//! size by [`super::parse`], so that writers may recurse and never need to doubt it.

/// A whole message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    /// Its blocks, in order.
    pub blocks: Vec<Block>,
    /// Footnotes that are referred to, in the order of their numbers.
    pub notes: Vec<Vec<Block>>,
}

/// One block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A paragraph.
    Paragraph(Vec<Inline>),
    /// A heading.
    Heading {
        /// 1 to 6, as written.
        level: u8,
        /// Its text.
        text: Vec<Inline>,
    },
    /// A quotation.
    Quote(Vec<Block>),
    /// A list.
    List(List),
    /// A block of code.
    Code {
        /// The first word after the fence; empty when there is none.
        language: String,
        /// The code, without the last line's end.
        text: String,
    },
    /// A table.
    Table(Table),
    /// A rule between two parts.
    Rule,
    /// A formula on lines of its own, as written, delimiters included.
    Math(String),
    /// Text that is shown exactly as written: raw HTML, and what is too much to be laid out.
    Source(String),
    /// A footnote that nothing refers to, or that stands in a text still arriving.
    Note {
        /// Its name.
        label: String,
        /// What it says.
        blocks: Vec<Block>,
    },
}

/// A list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// Number of its first item; `None` for bullets.
    pub start: Option<usize>,
    /// Whether its items stand close together.
    pub tight: bool,
    /// Its items.
    pub items: Vec<Item>,
}

/// An item of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// For a task: whether it is done.
    pub task: Option<bool>,
    /// What it says.
    pub blocks: Vec<Block>,
}

/// The text of one cell.
pub type Cell = Vec<Inline>;

/// A table. Every row has as many cells as there are columns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// How each column is aligned.
    pub columns: Vec<Align>,
    /// Its first row.
    pub head: Vec<Cell>,
    /// The other rows.
    pub rows: Vec<Vec<Cell>>,
}

/// How a column is aligned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// As the text runs.
    Natural,
    /// To the left.
    Left,
    /// In the middle.
    Center,
    /// To the right.
    Right,
}

/// A stretch of text within a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inline {
    /// Plain words.
    Text(String),
    /// Code.
    Code(String),
    /// Stressed.
    Emphasis(Vec<Inline>),
    /// Stressed strongly.
    Strong(Vec<Inline>),
    /// Struck out.
    Struck(Vec<Inline>),
    /// A link. Whether its address may be opened is decided by whoever writes it.
    Link {
        /// The address as written.
        address: String,
        /// Its text; holds no further link.
        text: Vec<Inline>,
    },
    /// A picture, which is never fetched.
    Image {
        /// The address as written.
        address: String,
        /// What stands in for it.
        alt: String,
    },
    /// A formula as written, delimiters included.
    Math(String),
    /// A reference to the footnote of that number, from 1.
    NoteRef(usize),
    /// The end of a line within a paragraph.
    LineEnd,
    /// A break that was asked for.
    Break,
}
