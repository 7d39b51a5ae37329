//! Which way a text runs, by its first letter, where the page is not to find out by itself.

use super::tree::{Block, Cell, Inline};

/// The direction of what holds blocks with a direction of their own: `auto` would not look into those.
pub fn of_blocks<'b>(blocks: impl IntoIterator<Item = &'b Block>) -> &'static str {
    of_holder(blocks.into_iter().find_map(block_runs_leftwards))
}

/// The direction of what holds cells with a direction of their own.
pub fn of_cells(cells: &[Cell]) -> &'static str {
    of_holder(cells.iter().find_map(|cell| line_runs_leftwards(cell)))
}

const fn of_holder(leftwards: Option<bool>) -> &'static str {
    if matches!(leftwards, Some(true)) { "rtl" } else { "auto" }
}

/// The direction of a line.
pub fn of_line(line: &[Inline]) -> &'static str {
    way(line_runs_leftwards(line))
}

/// The direction of a text.
pub fn of_text(text: &str) -> &'static str {
    way(text_runs_leftwards(text))
}

const fn way(leftwards: Option<bool>) -> &'static str {
    if matches!(leftwards, Some(true)) { "rtl" } else { "ltr" }
}

fn block_runs_leftwards(block: &Block) -> Option<bool> {
    match block {
        Block::Paragraph(text) | Block::Heading { text, .. } => line_runs_leftwards(text),
        Block::Quote(blocks) => blocks.iter().find_map(block_runs_leftwards),
        Block::List(list) => list.items.iter().flat_map(|item| &item.blocks).find_map(block_runs_leftwards),
        _ => None,
    }
}

fn line_runs_leftwards(line: &[Inline]) -> Option<bool> {
    line.iter().find_map(|inline| match inline {
        Inline::Text(words) => text_runs_leftwards(words),
        Inline::Emphasis(line) | Inline::Strong(line) | Inline::Struck(line) | Inline::Link { text: line, .. } => {
            line_runs_leftwards(line)
        }
        _ => None,
    })
}

/// By its first letter; `None` without one.
fn text_runs_leftwards(text: &str) -> Option<bool> {
    text.chars().find(|c| c.is_alphabetic()).map(runs_leftwards)
}

/// Whether a letter is of a script that runs from right to left: Hebrew, Arabic and their neighbours.
const fn runs_leftwards(c: char) -> bool {
    matches!(
        c,
        '\u{590}'..='\u{8FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFE}' | '\u{10800}'..='\u{10FFF}'
            | '\u{1E800}'..='\u{1EFFF}'
    )
}
