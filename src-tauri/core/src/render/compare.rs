//! Two versions of a text beside each other: rows of lines that belong together, with what changed marked.
//!
//! Lines are compared first (Myers, "An O(ND) Difference Algorithm and Its Variations", 1986), then the
//! words of lines that stand for each other. Beyond [`PATIENCE`] differences all counts as changed, so
//! that no pair of texts costs more than a moment. Characters that turn the direction of text are spelled out.

use std::fmt::Write as _;

use super::escape::turns;
use crate::wire::{ComparedPiece, ComparedRow};

/// Differences that are looked for.
const PATIENCE: usize = 800;
/// Lines alike that stay around a change.
const AROUND: usize = 3;
/// Rows of a comparison.
const ROWS: usize = 4_000;
/// Longest line whose words are compared, in words.
const WORDS: usize = 2_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Same,
    Removed,
    Added,
}

/// The rows of two texts; at most a few thousand, the last of which says how many lines follow.
pub fn compare(left: &str, right: &str) -> Vec<ComparedRow> {
    let (left, right): (Vec<&str>, Vec<&str>) = (left.lines().collect(), right.lines().collect());
    let mut rows = Rows::default();
    let (mut l, mut r) = (0, 0);
    let steps = steps(&left, &right);
    let mut at = 0;
    while at < steps.len() {
        if steps[at] == Step::Same {
            rows.alike(left[l]);
            (l, r, at) = (l + 1, r + 1, at + 1);
            continue;
        }
        let length = steps[at..].iter().take_while(|step| **step != Step::Same).count();
        let removed = steps[at..at + length].iter().filter(|step| **step == Step::Removed).count();
        rows.changed(&left[l..l + removed], &right[r..r + length - removed]);
        (l, r, at) = (l + removed, r + length - removed, at + length);
    }
    rows.close()
}

#[derive(Default)]
struct Rows<'t> {
    done: Vec<ComparedRow>,
    /// Lines alike since the last change.
    alike: Vec<&'t str>,
    left_out: u32,
}

impl<'t> Rows<'t> {
    fn alike(&mut self, line: &'t str) {
        self.alike.push(line);
    }

    fn changed(&mut self, left: &[&str], right: &[&str]) {
        self.settle(AROUND);
        for at in 0..left.len().max(right.len()) {
            let (old, new) = words(left.get(at).copied(), right.get(at).copied());
            self.push(ComparedRow::Lines { left: old, right: new });
        }
    }

    /// Writes the lines alike, all but those next to a change left out.
    fn settle(&mut self, after: usize) {
        let lines = std::mem::take(&mut self.alike);
        let before = if self.done.is_empty() { 0 } else { AROUND };
        // Leaving one line out saves none.
        let out = lines.len().saturating_sub(before + after);
        let kept = if out > 1 { before } else { lines.len() };
        for line in &lines[..kept] {
            self.both(line);
        }
        if out > 1 {
            self.push(ComparedRow::Alike { lines: out as u32 });
            for line in &lines[lines.len() - after..] {
                self.both(line);
            }
        }
    }

    fn both(&mut self, line: &str) {
        let piece = || vec![ComparedPiece { text: visible(line), changed: false }];
        self.push(ComparedRow::Lines { left: Some(piece()), right: Some(piece()) });
    }

    fn push(&mut self, row: ComparedRow) {
        if self.done.len() < ROWS {
            self.done.push(row);
        } else {
            self.left_out += 1;
        }
    }

    fn close(mut self) -> Vec<ComparedRow> {
        self.settle(0);
        if self.left_out > 0 {
            self.done.push(ComparedRow::More { lines: self.left_out });
        }
        self.done
    }
}

type Side = Option<Vec<ComparedPiece>>;

/// Two lines that stand for each other, by their words.
fn words(left: Option<&str>, right: Option<&str>) -> (Side, Side) {
    let whole = |line: Option<&str>| line.map(|line| vec![ComparedPiece { text: visible(line), changed: true }]);
    let (Some(old), Some(new)) = (left, right) else {
        return (whole(left), whole(right));
    };
    let (old_words, new_words) = (split(old), split(new));
    if old_words.len().max(new_words.len()) > WORDS {
        return (whole(left), whole(right));
    }
    let steps = steps(&old_words, &new_words);
    let same = steps.iter().filter(|step| **step == Step::Same).count();
    // Lines with little in common are not read word by word.
    if same * 3 < old_words.len().max(new_words.len()) {
        return (whole(left), whole(right));
    }
    (Some(side(&old_words, &steps, Step::Removed)), Some(side(&new_words, &steps, Step::Added)))
}

fn side(words: &[&str], steps: &[Step], own: Step) -> Vec<ComparedPiece> {
    let mut pieces: Vec<ComparedPiece> = Vec::new();
    let own_steps = steps.iter().filter(|step| **step == own || **step == Step::Same);
    for (word, step) in words.iter().zip(own_steps) {
        let changed = *step == own;
        match pieces.last_mut() {
            Some(last) if last.changed == changed => last.text.push_str(&visible(word)),
            _ => pieces.push(ComparedPiece { text: visible(word), changed }),
        }
    }
    pieces
}

/// Words, and all else by single characters.
fn split(line: &str) -> Vec<&str> {
    let is_word = |c: char| c.is_alphanumeric() && (c as u32) < 0x2E80;
    let mut words = Vec::new();
    let mut start = 0;
    let mut before = false;
    for (at, c) in line.char_indices() {
        if at > start && !(before && is_word(c)) {
            words.push(&line[start..at]);
            start = at;
        }
        before = is_word(c);
    }
    if start < line.len() {
        words.push(&line[start..]);
    }
    words
}

/// The text with what nobody sees, or what turns the text around it, spelled out.
fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if turns(c) || (c.is_control() && c != '\t') {
            let _ = write!(out, "⟨U+{:04X}⟩", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

/// How one list becomes the other.
fn steps<T: PartialEq>(left: &[T], right: &[T]) -> Vec<Step> {
    let head = left.iter().zip(right).take_while(|(a, b)| a == b).count();
    let (inner_left, inner_right) = (&left[head..], &right[head..]);
    let tail = inner_left.iter().rev().zip(inner_right.iter().rev()).take_while(|(a, b)| a == b).count();
    let (inner_left, inner_right) = (&inner_left[..inner_left.len() - tail], &inner_right[..inner_right.len() - tail]);
    let mut steps = vec![Step::Same; head];
    steps.extend(shortest(inner_left, inner_right));
    steps.resize(steps.len() + tail, Step::Same);
    steps
}

/// Myers' greedy algorithm: `ends[k]` is how far the furthest path on diagonal `k` reaches.
fn shortest<T: PartialEq>(left: &[T], right: &[T]) -> Vec<Step> {
    let (n, m) = (left.len() as isize, right.len() as isize);
    let most = (n + m).min(PATIENCE as isize);
    let middle = most + 1;
    let mut ends = vec![0_isize; (2 * middle + 1) as usize];
    let mut trace = Vec::new();
    for d in 0..=most {
        trace.push(ends.clone());
        for k in (-d..=d).step_by(2) {
            let (above, below) = (ends[(middle + k + 1) as usize], ends[(middle + k - 1) as usize]);
            let mut x = if k == -d || (k != d && below < above) { above } else { below + 1 };
            while x < n && x - k < m && left[x as usize] == right[(x - k) as usize] {
                x += 1;
            }
            ends[(middle + k) as usize] = x;
            if x >= n && x - k >= m {
                return back(&trace, (n, m), middle);
            }
        }
    }
    let mut all = vec![Step::Removed; left.len()];
    all.resize(left.len() + right.len(), Step::Added);
    all
}

/// The path that was found, walked back: `trace[d]` is how far all paths reached before difference `d`.
fn back(trace: &[Vec<isize>], end: (isize, isize), middle: isize) -> Vec<Step> {
    let (mut x, mut y) = end;
    let mut steps = Vec::new();
    for (d, ends) in trace.iter().enumerate().skip(1).rev() {
        let (d, k) = (d as isize, x - y);
        let (above, below) = (ends[(middle + k + 1) as usize], ends[(middle + k - 1) as usize]);
        let (from_x, step) =
            if k == -d || (k != d && below < above) { (above, Step::Added) } else { (below, Step::Removed) };
        let from_y = if step == Step::Added { from_x - k - 1 } else { from_x - k + 1 };
        while x > from_x && y > from_y {
            steps.push(Step::Same);
            (x, y) = (x - 1, y - 1);
        }
        steps.push(step);
        (x, y) = (from_x, from_y);
    }
    steps.resize(steps.len() + x.max(0) as usize, Step::Same);
    steps.reverse();
    steps
}
