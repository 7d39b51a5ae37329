//! Tables: how wide each column is, and what becomes of a table that is too much for a page.

use typst::foundations::{Array, IntoValue, Value};

use crate::input::{Align, Cell, Inline};
use crate::text::width;
use crate::values::{Writer, node, words_of};

/// Columns that still leave room for a word each; a table with more is written as text.
const COLUMNS: usize = 16;
/// Rows that are set as one table.
const ROWS: usize = 250;

/// Appends a table that is `room` em wide at most.
pub fn write(
    writer: &mut Writer<'_, '_>,
    align: &[Align],
    head: &[Cell],
    rows: &[Vec<Cell>],
    room: f32,
    out: &mut Array,
) {
    let columns = head.len();
    if columns == 0 {
        return;
    }
    if columns > COLUMNS {
        for row in std::iter::once(head).chain(rows.iter().map(Vec::as_slice)) {
            let line: Vec<String> = row.iter().map(|cell| words_of(cell)).collect();
            let text = writer.words.set(&line.join(" | "), room).into_value();
            out.push(node("piece", [("c", Value::Array([text].into_iter().collect())), ("rtl", false.into_value())]));
        }
        return;
    }
    let shares = shares(head, rows, room - 1.5 * columns as f32);
    let align: Array = (0..columns).map(|n| name(align.get(n).copied()).into_value()).collect();
    let widths: Array = shares.iter().map(|&share| f64::from(share).into_value()).collect();
    let mut row = |cells: &[Cell]| -> Value {
        let set = (0..columns).map(|n| {
            let cell = cells.get(n).map_or(&[] as &[Inline], Vec::as_slice);
            Value::Array(writer.inlines(cell, shares[n], 0))
        });
        Value::Array(set.collect())
    };
    let head = row(head);
    let chunks = if rows.is_empty() { vec![rows] } else { rows.chunks(ROWS).collect() };
    for rows in chunks {
        let rows: Array = rows.iter().map(|cells| row(cells)).collect();
        out.push(node(
            "table",
            [
                ("widths", Value::Array(widths.clone())),
                ("align", Value::Array(align.clone())),
                ("head", head.clone()),
                ("rows", Value::Array(rows)),
            ],
        ));
    }
}

/// Em for each column: what it asks for if all have room, else its share, but never less than a short word.
fn shares(head: &[Cell], rows: &[Vec<Cell>], room: f32) -> Vec<f32> {
    let asked: Vec<f32> = (0..head.len())
        .map(|n| {
            let cells = std::iter::once(head.get(n)).chain(rows.iter().map(|row| row.get(n)));
            cells.flatten().map(|cell| longest_line(cell)).fold(2.0, f32::max)
        })
        .collect();
    let all: f32 = asked.iter().sum();
    if all <= room {
        return asked;
    }
    let least = (room / head.len() as f32).min(5.0);
    let squeezed: Vec<f32> = asked.iter().map(|each| each.min(room).sqrt().max(1.0)).collect();
    let sum: f32 = squeezed.iter().sum();
    let spare = (room - least * head.len() as f32).max(0.0);
    squeezed.iter().map(|each| least + spare * each / sum).collect()
}

fn longest_line(cell: &[Inline]) -> f32 {
    width(&words_of(cell)) + 0.5
}

const fn name(align: Option<Align>) -> &'static str {
    match align {
        None | Some(Align::Natural) => "natural",
        Some(Align::Left) => "left",
        Some(Align::Center) => "center",
        Some(Align::Right) => "right",
    }
}
