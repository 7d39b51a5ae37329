//! What the program is told: one JSON document for one part of a transcript.
//!
//! A message's text comes as the blocks that the Markdown was read into (`core/src/render/tree.rs`,
//! written by `core/src/render/pdf.rs`); a stretch of plain words is a JSON string. Anything that is not
//! named here is refused, so that what is shown is what was sent.

use serde::Deserialize;

/// One part: what becomes one PDF.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Part {
    /// Version of this shape: 1.
    pub version: u32,
    /// The thread's title.
    pub title: String,
    /// Names and values under the title, in order.
    pub facts: Vec<(String, String)>,
    /// The thread's state.
    pub state: State,
    /// Its seal; without one every page says that this is a draft.
    pub seal: Option<Seal>,
    /// Whether the practice endpoint wrote any of the thread.
    pub practice: bool,
    /// Number of this part, from 1.
    #[serde(rename = "part")]
    pub number: u32,
    /// How many parts there are.
    pub parts: u32,
    /// The time that all dates of the file are: RFC 3339, UTC.
    pub made: String,
    /// The messages of this part, in order.
    pub messages: Vec<Message>,
}

/// What may be done with a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It goes on.
    Open,
    /// It was locked.
    Locked,
    /// It was archived.
    Archived,
}

/// A seal.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Seal {
    /// SHA-256 of the seal, in hexadecimal digits.
    pub digest: String,
    /// When it was made: RFC 3339, UTC.
    pub time: String,
    /// Fingerprint of the key that signed it, for reading out.
    #[serde(default)]
    pub signer: Option<String>,
}

/// One message.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Message {
    /// Its number in the thread.
    pub number: u64,
    /// Who speaks.
    pub role: Role,
    /// The speaker's name: a person's word for themselves, or the model.
    pub name: String,
    /// When it was written: RFC 3339, UTC.
    pub time: String,
    /// What is to be known about it, such as `interrupted`.
    #[serde(default)]
    pub marks: Vec<String>,
    /// Its first words, for the outline.
    #[serde(default)]
    pub words: String,
    /// What it says.
    pub body: Vec<Block>,
    /// Its footnotes, in the order of their numbers.
    #[serde(default)]
    pub notes: Vec<Vec<Block>>,
}

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The person.
    User,
    /// The model.
    Assistant,
    /// Instructions to the model.
    System,
    /// The same, by its newer name.
    Developer,
}

/// One block.
#[derive(Debug, Deserialize)]
#[serde(tag = "k", rename_all = "lowercase", deny_unknown_fields)]
pub enum Block {
    /// A paragraph.
    P { c: Vec<Inline> },
    /// A heading, 1 to 6.
    H { level: u8, c: Vec<Inline> },
    /// A quotation.
    Quote { c: Vec<Block> },
    /// A list; bullets without a start.
    List { start: Option<u64>, tight: bool, items: Vec<Item> },
    /// Code, and the language its fence named.
    Code { lang: String, s: String },
    /// A table.
    Table { align: Vec<Align>, head: Vec<Cell>, rows: Vec<Vec<Cell>> },
    /// A rule between two parts.
    Rule,
    /// A formula on its own, delimiters included.
    Math { s: String },
    /// Text as written.
    Source { s: String },
    /// A footnote that nothing refers to.
    Note { label: String, c: Vec<Block> },
}

/// The text of one cell.
pub type Cell = Vec<Inline>;

/// An item of a list.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// For a task: whether it is done.
    #[serde(default)]
    pub task: Option<bool>,
    /// What it says.
    pub c: Vec<Block>,
}

/// How a column stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
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

/// A stretch of text.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Inline {
    /// Plain words.
    Words(String),
    /// Anything else.
    Node(Node),
}

/// A stretch of text that is more than words.
#[derive(Debug, Deserialize)]
#[serde(tag = "k", rename_all = "lowercase", deny_unknown_fields)]
pub enum Node {
    /// Code.
    Code { s: String },
    /// Stressed.
    Em { c: Vec<Inline> },
    /// Stressed strongly.
    Strong { c: Vec<Inline> },
    /// Struck out.
    Struck { c: Vec<Inline> },
    /// A link; one that may not be opened has no `to`.
    Link { to: Option<String>, address: String, c: Vec<Inline> },
    /// A picture, which is never fetched.
    Image { address: String, alt: String },
    /// A formula, delimiters included.
    Math { s: String },
    /// A reference to a footnote, from 1.
    Ref { n: u64 },
    /// The end of a line.
    Line,
}
