//! Formulas as `MathML`. The LaTeX is read by `pulldown-latex`, whose output is not trusted: it passes
//! a gate that knows the tags, attributes and values that may stand in the window, drops styles, and refuses the rest.
//!
//! What is refused, not understood, too long, too deep or defines commands of its own is shown as its source.

use std::panic::{AssertUnwindSafe, catch_unwind};

use pulldown_latex::config::DisplayMode;
use pulldown_latex::{Parser, RenderConfig, Storage, push_mathml};

use super::escape;

/// Longest formula, in bytes.
const LONGEST: usize = 4_096;
/// Steps of a formula, how deep it may nest, and how long its `MathML` may be for each byte of it.
const STEPS: usize = 2_000;
const DEPTH: usize = 40;
const GROWTH: usize = 100;
/// Digits of a length after its point.
const DIGITS: usize = 4;
/// Commands that define others: a formula has no use for them, and they can grow without end.
const DEFINING: [&str; 7] =
    ["\\def", "\\let", "\\newcommand", "\\renewcommand", "\\providecommand", "\\futurelet", "\\edef"];

const TAGS: [&str; 20] = [
    "math",
    "mrow",
    "mi",
    "mn",
    "mo",
    "mtext",
    "mspace",
    "msup",
    "msub",
    "msubsup",
    "munder",
    "mover",
    "munderover",
    "mmultiscripts",
    "mprescripts",
    "mfrac",
    "msqrt",
    "mroot",
    "mtable",
    "mtr",
];

/// A formula with its delimiters as the inside of the element that holds it; `None`: show its source.
pub fn write(source: &str, on_its_own: bool) -> Option<String> {
    let inner = [("$$", "$$"), ("\\[", "\\]"), ("\\(", "\\)"), ("$", "$")]
        .iter()
        .find_map(|(open, close)| source.trim().strip_prefix(open)?.strip_suffix(close))?;
    let fits = source.len() <= LONGEST && !inner.trim().is_empty() && nesting(inner) <= DEPTH;
    if !fits || DEFINING.iter().any(|command| inner.contains(command)) {
        return None;
    }
    // A formula the library trips over must not take its message down with it.
    let convert = |inner: &str| catch_unwind(AssertUnwindSafe(|| convert(inner, on_its_own))).ok().flatten();
    // Lines that stand in no environment of their own, as models write them.
    let lines = || inner.contains("\\\\").then(|| format!("\\begin{{gathered}}{inner}\\end{{gathered}}"));
    convert(inner).or_else(|| convert(&lines()?))
}

fn convert(inner: &str, on_its_own: bool) -> Option<String> {
    let storage = Storage::new();
    let mut events = Vec::new();
    for event in Parser::new(inner, &storage) {
        events.push(event.ok()?);
        if events.len() > STEPS {
            return None;
        }
    }
    let display_mode = if on_its_own { DisplayMode::Block } else { DisplayMode::Inline };
    let config = RenderConfig { display_mode, ..RenderConfig::default() };
    let mut raw = String::new();
    let events = events.into_iter().map(Ok::<_, std::convert::Infallible>);
    push_mathml(&mut raw, events, config).ok()?;
    // It leaves this one sign as it is.
    let raw = raw.replace("><</mo>", ">&lt;</mo>");
    (raw.len() <= inner.len() * GROWTH + 1_000).then(|| gate(&raw)).flatten()
}

/// How deep braces stand within each other.
fn nesting(formula: &str) -> usize {
    let (mut now, mut most) = (0_usize, 0);
    for byte in formula.bytes() {
        match byte {
            b'{' => now += 1,
            b'}' => now = now.saturating_sub(1),
            _ => {}
        }
        most = most.max(now);
    }
    most
}

/// Writes what may stand in the window anew; `None` when there is anything else.
fn gate(raw: &str) -> Option<String> {
    let mut out = String::with_capacity(raw.len());
    let mut open: Vec<&str> = Vec::new();
    let mut rest = raw;
    while let Some(at) = rest.find('<') {
        words(&mut out, &rest[..at]);
        let end = tag_end(&rest[at..])? + at;
        let tag = &rest[at + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            (open.pop() == Some(name)).then_some(())?;
            out.push_str("</");
            out.push_str(name);
            out.push('>');
            continue;
        }
        let (tag, closed) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        let (name, attributes) = tag.trim_end().split_once(' ').unwrap_or((tag.trim_end(), ""));
        // One `math`, around all the rest.
        let placed = (name == "math") == (open.is_empty() && out.is_empty()) && (TAGS.contains(&name) || name == "mtd");
        (placed && open.len() < DEPTH * 2).then_some(())?;
        out.push('<');
        out.push_str(name);
        copy_attributes(&mut out, attributes)?;
        out.push('>');
        if closed {
            out.push_str("</");
            out.push_str(name);
            out.push('>');
        } else {
            open.push(name);
        }
    }
    (open.is_empty() && rest.trim().is_empty()).then_some(out)
}

/// Where a tag ends, quoted `>` left aside.
fn tag_end(tag: &str) -> Option<usize> {
    let mut quoted = false;
    tag.bytes().position(|byte| {
        quoted ^= byte == b'"';
        byte == b'>' && !quoted
    })
}

fn words(out: &mut String, text: &str) {
    let plain = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
    escape::code(out, &plain, &mut escape::Signs::all());
}

fn copy_attributes(out: &mut String, attributes: &str) -> Option<()> {
    let mut rest = attributes.trim_start();
    while !rest.is_empty() {
        let (name, after) = rest.split_once("=\"")?;
        let (value, after) = after.split_once('"')?;
        rest = after.trim_start();
        if is_allowed(name, value) {
            escape::attribute(out, name, &seen(value));
        }
    }
    Some(())
}

/// Which attributes stay. Styles go: the window allows none that come with a text.
fn is_allowed(name: &str, value: &str) -> bool {
    let of = |values: &[&str]| values.contains(&value);
    match name {
        "display" => of(&["inline", "block"]),
        "displaystyle" | "stretchy" | "symmetric" | "largeop" | "movablelimits" | "fence" | "separator" | "accent"
        | "accentunder" => of(&["true", "false"]),
        "form" => of(&["prefix", "infix", "postfix"]),
        "mathvariant" => value == "normal",
        "scriptlevel" => value.len() <= 2 && value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'+'),
        "width" | "height" | "depth" | "lspace" | "rspace" | "minsize" | "maxsize" | "linethickness" => {
            is_length(value)
        }
        "class" => {
            value.split(' ').all(|class| class.starts_with("menv-") || class.starts_with("cell-"))
                && value.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-' || byte == b' ')
        }
        _ => false,
    }
}

/// A length without the digits that nobody sees: a space of two ninths has eight of them.
fn seen(value: &str) -> String {
    let Some((whole, rest)) = value.split_once('.') else { return value.to_owned() };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    format!("{whole}.{}{}", &rest[..digits.min(DIGITS)], &rest[digits..])
}

/// A length that stays near its formula.
fn is_length(value: &str) -> bool {
    let number = value.trim_end_matches(|c: char| c.is_ascii_lowercase() || c == '%');
    let unit = &value[number.len()..];
    ["", "em", "ex", "pt", "px", "mu", "%", "cm", "mm", "pc", "in"].contains(&unit)
        && number.parse::<f32>().is_ok_and(|size| size.abs() <= if unit == "%" { 400.0 } else { 40.0 })
}
